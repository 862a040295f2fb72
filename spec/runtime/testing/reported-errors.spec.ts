import { expect } from 'chai';
import { ErrorCode } from '../../../runtime/platform/errors.js';
import { ReportedErrors } from '../../../runtime/testing/reported-errors.js';

describe('testing/reported-errors', () => {
  it('fail a check once, all together', () => {
    const reports = new ReportedErrors();
    const error = new Error('one');
    reports.add({ id: '1', code: ErrorCode.View, error, component: 'page' });
    reports.complain('two');
    expect(() => reports.check())
      .to.throw(Error, 'view of page: one\nbrowser: two')
      .with.property('cause', error);
    expect(() => reports.check()).to.not.throw();
    expect(reports.all).to.have.length(2);
  });

  it('fail nothing where they are expected', () => {
    const told: unknown[] = [];
    const reports = new ReportedErrors((report) => told.push(report.code));
    reports.complain(new Error('one'));
    reports.check();
    expect(told).to.deep.equal(['browser']);
  });
});
