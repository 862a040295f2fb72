import { expect } from 'chai';
import { readBytes, readEntries, typeOf } from '../../../runtime/http/form-entries.js';
import { requestOf } from '../../fixtures/requests.js';

const form = 'application/x-www-form-urlencoded';

const posted = (type: string, text: string) =>
  requestOf({
    method: 'POST',
    headers: { 'content-type': type },
    body: async (maxBytes) => (text.length > maxBytes ? undefined : Buffer.from(text)),
  });

describe('form entries', () => {
  it('are names and values in order, with line breaks as a script reads them', async () => {
    expect(await readEntries(posted(form, 'a=1&b=%0D%0Ax&a=2'))).to.deep.equal([
      ['a', '1'],
      ['b', '\nx'],
      ['a', '2'],
    ]);
  });

  it('are those of several parts without files', async () => {
    const parts = [
      '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n',
      '--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nbytes\r\n--x--\r\n',
    ];
    expect(await readEntries(posted('multipart/form-data; boundary=x', parts.join('')))).to.deep.equal([['a', '1']]);
  });

  it('are refused with a status if they are none, broken, or too many', async () => {
    expect(await readEntries(posted('text/plain', 'a'))).to.equal(415);
    expect(await readEntries(posted('multipart/form-data', 'a'))).to.equal(400);
    expect(await readEntries(posted(form, 'x'.repeat(1_048_577)))).to.equal(413);
    expect(await readEntries(posted(form, 'a=1&'.repeat(1_001)))).to.equal(400);
  });

  it('come from the bytes of a body', async () => {
    const request = posted('application/json', '{}');
    expect(typeOf(request)).to.equal('application/json');
    expect(await readBytes(request)).to.deep.equal(Buffer.from('{}'));
    expect(await readBytes(requestOf())).to.equal(413);
  });
});
