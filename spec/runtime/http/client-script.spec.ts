import { createHash } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { chooseEncoding, createClientScript } from '../../../runtime/http/client-script.js';

const text = `console.log('${'ä'.repeat(500)}');`;
const more = `export const more = '${'ö'.repeat(500)}';`;
const collect = `(() => '${'ü'.repeat(500)}')();`;
const beside = { more, collect };

describe('client script', () => {
  it('is named by the hash of its content', () => {
    const { collector, file, files, hash } = createClientScript(text, beside);

    expect(hash).to.equal(createHash('sha256').update(`${text}${more}${collect}`).digest('base64url').slice(0, 12));
    expect(file).to.equal(`client-${hash}.js`);
    expect(collector).to.equal(`collect-${hash}.js`);
    expect([...files.keys()]).to.deep.equal([file, `more-${hash}.js`, collector]);
    expect([...createClientScript().files.keys()].map((name) => name.split('-')[0])).to.deep.equal([
      ...['client', 'more', 'collect', 'notice', 'fallback'],
    ]);
    expect(createClientScript(`${text} `, beside).hash).to.not.equal(hash);
    expect(createClientScript(text, { ...beside, more: `${more} ` }).hash).to.not.equal(hash);
    expect(createClientScript(text, { ...beside, collect: `${collect} ` }).hash).to.not.equal(hash);
  });

  it('is compressed once in each encoding', async () => {
    const bodies = [...createClientScript(text, beside).files.values()];

    for (const [index, body] of bodies.entries()) {
      const expected = [text, more, collect][index];
      expect(Buffer.from(await body('')).toString()).to.equal(expected);
      expect(brotliDecompressSync(await body('br')).toString()).to.equal(expected);
      expect(gunzipSync(await body('gzip')).toString()).to.equal(expected);
      expect(await body('br')).to.equal(await body('br'));
    }
    expect(bodies).to.have.length(3);
  });

  it('is sent in the smallest encoding that is accepted', () => {
    expect(chooseEncoding('gzip, deflate, br')).to.equal('br');
    expect(chooseEncoding('BR;q=0.1')).to.equal('br');
    expect(chooseEncoding('gzip;q=1.0, br;q=0')).to.equal('gzip');
    expect(chooseEncoding('gzip; q=0.000, br ; q=0.0')).to.equal('');
    expect(chooseEncoding('brotli, xgzip')).to.equal('');
    expect(chooseEncoding('')).to.equal('');
  });
});
