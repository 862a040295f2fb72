/** Hostile handshakes: the upgrade of a browser with its lines or bytes changed. */

import type { Random } from '../laws/schema.js';
import { randomBytes } from './frames.js';
import { type Destination, message, upgradeRequest } from './socket.js';

const extraLines: readonly string[] = [
  'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=999, x; y="\\',
  'Sec-WebSocket-Protocol: a,,b, ,',
  'Content-Length: 1000000000',
  'Transfer-Encoding: chunked',
  'Host: elsewhere.example',
  'Origin: null',
  'Cookie: troupe=x; troupe=y; troupe-page=.',
  'X-Forwarded-For: 1.2.3.4, ::1, unknown',
  `X-Long: ${'a'.repeat(15_000)}`,
  'Expect: 100-continue',
  'Upgrade: h2c',
];

const targets: readonly string[] = [
  '*',
  '//',
  '/%',
  '/_troupe/socket?',
  '/_troupe/../',
  'http://a/_troupe/socket',
  '/\u00ff',
];

const changes: readonly ((text: string, random: Random) => string)[] = [
  (text, random) => text.slice(0, random.below(text.length)),
  (text, random) => text.replace('GET', random.pick(['POST', 'HEAD', 'CONNECT', 'BREW', 'get', ''])),
  (text, random) => text.replace(/ \S+ HTTP/, ` ${random.pick(targets)} HTTP`),
  (text, random) => text.replace('HTTP/1.1', random.pick(['HTTP/1.0', 'HTTP/2', 'HTTP/9.9', 'RTSP/1.0'])),
  (text, random) => text.replace('\r\n\r\n', `\r\n${random.pick(extraLines)}\r\n\r\n`),
  (text, random) => text.replace('Version: 13', `Version: ${random.pick(['8', '0', '-1', '13, 13', 'x'])}`),
  (text, random) => text.replace(/Key: .*/, `Key: ${random.pick(['', 'x', 'A'.repeat(5_000), 'dGVzdA=='])}`),
  (text, random) => {
    const lines = text.split('\r\n');

    return lines.toSpliced(random.below(lines.length - 2), 1).join('\r\n');
  },
  (text, random) => {
    const at = random.below(text.length);

    return text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1);
  },
  (text) => text + text,
  (text, random) => text.replaceAll('\r\n', random.pick(['\n', '\r', '\r\n '])),
];

/** What comes with the handshake, before it is answered. */
function early(random: Random): Buffer {
  return random.chance(0.7)
    ? Buffer.alloc(0)
    : random.chance(0.5)
      ? randomBytes(random, random.below(100))
      : message(randomBytes(random, 9));
}

/** Any hostile handshake. */
export function hostileHandshake(random: Random, destination: Destination): Buffer {
  if (random.chance(0.03)) return randomBytes(random, random.below(200));
  let text = upgradeRequest(destination).toString('latin1');

  for (let times = random.below(4); times > 0; times--) text = random.pick(changes)(text, random);
  return Buffer.concat([Buffer.from(text, 'latin1'), early(random)]);
}
