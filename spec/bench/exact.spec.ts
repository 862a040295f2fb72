import { expect } from 'chai';
import { clickBytes, clientSize, listBytes, postBytes, resumeBytes, snapshotBytes } from './exact.js';

describe('exact figures', () => {
  it('a click on the counter takes at most 6 bytes up and 6 down', async () => {
    const { up, down } = await clickBytes();
    expect(up).to.be.at.most(6);
    expect(down).to.be.at.most(6);
  });

  it('joining again takes at most 24 bytes down when nothing was missed', async () => {
    expect(await resumeBytes()).to.be.at.most(24);
  });

  it('a change to a list of a thousand rows takes few bytes over text and key', async () => {
    const { append, prepend, move, remove } = await listBytes();
    expect(append).to.be.at.most(12);
    expect(prepend).to.be.at.most(16);
    expect(move).to.be.at.most(16);
    expect(remove).to.be.at.most(16);
  });

  it('the counter is stored in at most 80 bytes', async () => {
    expect(await snapshotBytes()).to.be.at.most(80);
  });

  it('two buttons that work without script take at most 640 bytes of the first page, 320 in brotli', async () => {
    const { plain, brotli } = await postBytes();
    expect(plain).to.be.within(1, 640);
    expect(brotli).to.be.within(1, 320);
  });

  it('the client script has at most 11,264 bytes in brotli', () => {
    expect(clientSize().brotli).to.be.at.most(11_264);
  });
});
