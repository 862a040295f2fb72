/** A hostile WebSocket client: it writes the given bytes at once and does not read what comes. */

import { connect, type Socket } from 'node:net';

/** Where a hostile client goes, and as whom. */
export interface Destination {
  readonly port: number;
  readonly path: string;
  readonly cookie: string;
}

/** How long something may take before the client gives up; a server that is well is much quicker. */
const patience = 20_000;

/** The upgrade a browser would send. */
export function upgradeRequest({ port, path, cookie }: Destination): Buffer {
  return Buffer.from(
    [
      `GET ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      `Origin: http://127.0.0.1:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      `Cookie: ${cookie}`,
      '\r\n',
    ].join('\r\n')
  );
}

/** A frame as one message; the mask is nought, so that nothing has to be masked. */
export function message(bytes: Uint8Array, opcode = 2): Buffer {
  const { length } = bytes;
  const header =
    length < 126
      ? [0x80 | opcode, 0x80 | length]
      : length < 65_536
        ? [0x80 | opcode, 0x80 | 126, length >> 8, length & 255]
        : [
            0x80 | opcode,
            0x80 | 127,
            0,
            0,
            0,
            0,
            length >>> 24,
            (length >> 16) & 255,
            (length >> 8) & 255,
            length & 255,
          ];

  return Buffer.concat([Buffer.from([...header, 0, 0, 0, 0]), bytes]);
}

/**
 * Upgrades, sends the first message and, when there is an answer, all the rest at once. Resolves when the
 * connection is over; false if the server has left it open for too long.
 */
export function visit(destination: Destination, first: Buffer, rest: Buffer): Promise<boolean> {
  const socket = enter(destination.port, Buffer.concat([upgradeRequest(destination), message(first)]));
  let received = '';

  socket.on('data', function answered(bytes: Buffer) {
    received += bytes.toString('latin1');
    const end = received.indexOf('\r\n\r\n');

    if (end < 0 || received.length <= end + 4) return;
    socket.off('data', answered).resume();
    socket.end(rest);
  });
  return over(socket);
}

/** Sends what is not much of a handshake, and waits for what the server makes of it. */
export function knock(port: number, bytes: Buffer): Promise<boolean> {
  const socket = enter(port, bytes);

  // An answer is enough; what is no whole request gets none, until the server has lost patience or the client leaves.
  socket.once('data', () => socket.end());
  socket.setTimeout(20, () => socket.destroy());
  return over(socket);
}

function enter(port: number, bytes: Buffer): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);

  socket.write(bytes);
  return socket;
}

function over(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(false);
      socket.destroy();
    }, patience);

    socket.once('close', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
