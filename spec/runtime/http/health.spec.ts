import { expect } from 'chai';
import { answerSign } from '../../../runtime/http/health.js';

const no = () => false;
const yes = () => true;

describe('health', () => {
  it('says that the process runs, ready or not', () => {
    for (const isReady of [no, yes])
      expect(answerSign('/healthz', isReady)).to.include({ status: 200, body: 'running' });
  });

  it('says whether visitors are to be sent here', () => {
    expect(answerSign('/readyz', yes)).to.include({ status: 200, body: 'ready' });
    expect(answerSign('/readyz', no)).to.include({ status: 503, body: 'not ready' });
  });

  it('is cached neither by browsers nor by proxies', () => {
    for (const path of ['/healthz', '/readyz'])
      expect(answerSign(path, yes)?.headers).to.include.members(['Cache-Control', 'no-store']);
  });

  it('says nothing to any other path', () => {
    for (const path of ['', '/', '/healthz/', '/other']) expect(answerSign(path, yes)).to.equal(undefined);
  });
});
