import { createHash } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { chooseEncoding, createClientScript } from '../../../runtime/http/client-script.js';

const text = `console.log('${'ä'.repeat(500)}');`;

describe('client script', () => {
  it('is named by the hash of its content', () => {
    const { file, hash } = createClientScript(text);

    expect(hash).to.equal(createHash('sha256').update(text).digest('base64url').slice(0, 12));
    expect(file).to.equal(`client-${hash}.js`);
    expect(createClientScript(`${text} `).hash).to.not.equal(hash);
  });

  it('is compressed once in each encoding', async () => {
    const { body } = createClientScript(text);

    expect(Buffer.from(await body('')).toString()).to.equal(text);
    expect(brotliDecompressSync(await body('br')).toString()).to.equal(text);
    expect(gunzipSync(await body('gzip')).toString()).to.equal(text);
    expect(await body('br')).to.equal(await body('br'));
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
