import { expect } from 'chai';
import { TroupeError } from '../../../runtime/platform/errors.js';
import { readOptions, type ServerOptions } from '../../../runtime/server/options.js';
import { fakeComponent } from '../../fixtures/sessions.js';

const routes = { '/': fakeComponent('home') };
const secret = 'a secret of some length';

/** What is said about options that cannot be used. */
function complaint(options: unknown): string {
  try {
    readOptions(options as ServerOptions);
  } catch (error) {
    if (error instanceof TroupeError && error.code === 'options') return error.message;
    throw error;
  }
  return '';
}

/** Runs with `TROUPE_SECRET` set, or not. */
function withSecret<Result>(value: string | undefined, run: () => Result): Result {
  const before = process.env['TROUPE_SECRET'];

  if (value === undefined) delete process.env['TROUPE_SECRET'];
  else process.env['TROUPE_SECRET'] = value;
  try {
    return run();
  } finally {
    if (before === undefined) delete process.env['TROUPE_SECRET'];
    else process.env['TROUPE_SECRET'] = before;
  }
}

describe('options', () => {
  it('fills in what is missing', () => {
    expect(readOptions({ routes, secret })).to.deep.include({
      base: '',
      framesPerSecond: 200,
      heartbeat: 30_000,
      maxFrame: 65_536,
      secrets: [secret],
      trustProxy: 0,
    });
  });

  it('takes what is given, and the default for undefined', () => {
    const options = {
      base: '/a/b',
      grace: 0,
      heartbeat: undefined,
      routes,
      secret: [secret, `${secret}2`],
      trustProxy: true,
    };

    expect(readOptions(options as unknown as ServerOptions)).to.deep.include({
      base: '/a/b',
      grace: 0,
      heartbeat: 30_000,
      secrets: [secret, `${secret}2`],
      trustProxy: 1,
    });
  });

  it('names every option that is wrong, what is allowed and what was given', () => {
    const said = complaint({ base: 'app/', grace: -1, heartbeat: '30', routes, secret });

    expect(said).to.contain('`base` must be').and.to.contain(', not "app/".');
    expect(said).to.contain('`grace` must be a number, 0 or above, not -1.');
    expect(said).to.contain('`heartbeat` must be a number above 0, not "30".');
  });

  it('names options there are not, and those there are', () => {
    expect(complaint({ route: routes, routes, secret })).to.match(
      /There is no option `route`; there are actions, base, .*routes, /
    );
    expect(complaint({ __proto__: null, constructor: 1, routes, secret })).to.contain('no option `constructor`');
  });

  for (const [name, value] of Object.entries({
    base: '/app/',
    clientScript: 1,
    clock: {},
    development: 'yes',
    document: '<html>',
    dormantSessions: 0,
    dormantTime: Number.NaN,
    errorPage: '<html>',
    framesPerSecond: -1,
    identify: {},
    initDeadline: '5s',
    joinDeadline: null,
    language: ['en'],
    logger: { debug() {}, info() {}, warn() {} },
    maxFrame: 0,
    onError: 'log',
    origins: ['example.com'],
    routes: { home: fakeComponent('home') },
    sessionsPerAddress: 0,
    styles: '/a.css',
    title: 1,
    tokenLifetime: 0,
    trustProxy: 1.5,
  })) {
    it(`refuses ${name} when it cannot be used`, () => {
      expect(complaint({ routes, secret, [name]: value })).to.contain(`\`${name}\` must be`);
    });
  }

  it('requires routes, from paths to components, and names the one that is wrong', () => {
    const must = "`routes` must be an object from paths that start with '/' to components";
    const home = fakeComponent('home');
    const wrong: readonly (readonly [unknown, string])[] = [
      [undefined, ', not undefined.'],
      [[], ', at least one.'],
      [{}, ', at least one.'],
      [{ '/': home, users: home }, ", and 'users' does not: write '/users'."],
      [{ '/': home, '/users': () => undefined }, ", and at '/users' stands a function."],
      [{ '/': home, '/users': { view: home } }, ", and at '/users' stands this object."],
      [{ '/_troupe': home }, ", and '/_troupe' is reserved: nothing can stand below /_troupe."],
      [{ '/_troupe/x': home }, ", and '/_troupe/x' is reserved: nothing can stand below /_troupe."],
    ];
    for (const [given, message] of wrong) expect(complaint({ routes: given, secret })).to.contain(must + message);
    expect(readOptions({ routes: { '/_troupes': home }, secret }).routes).to.have.property('/_troupes');
    expect(complaint(undefined)).to.contain('takes an object of options');
  });

  it('shows the origin that is none, and what it should be', () => {
    const must = "`origins` must be an array of origins like 'https://example.com'";
    const wrong: readonly (readonly [unknown, string])[] = [
      ['https://a.com', ', not "https://a.com".'],
      [['https://a.com', 'https://b.com/'], ', and "https://b.com/" is none: write "https://b.com".'],
      [['https://B.com/path'], ', and "https://B.com/path" is none: write "https://b.com".'],
      [['example.com'], ', and "example.com" is none.'],
      [['a:b'], ', and "a:b" is none.'],
      [[7], ', and 7 is none.'],
    ];
    for (const [given, message] of wrong)
      expect(complaint({ origins: given, routes, secret })).to.contain(must + message);
  });

  it('refuses a secret that is too short, without repeating it', () => {
    for (const short of ['short', ['long enough a secret', 'short'], [], 7]) {
      expect(complaint({ routes, secret: short }))
        .to.contain('`secret` must be')
        .and.to.not.contain('not "short"');
    }
    expect(withSecret('short', () => complaint({ routes })))
      .to.contain('TROUPE_SECRET must be')
      .and.to.not.contain('"short"');
  });

  it('takes the secret from the environment', () => {
    expect(withSecret(secret, () => readOptions({ routes })).secrets).to.deep.equal([secret]);
  });

  it('invents a secret and warns, when there is none', () => {
    const warnings: string[] = [];
    const emitWarning = process.emitWarning;

    process.emitWarning = (warning: string | Error) => void warnings.push(String(warning));
    try {
      const [invented] = withSecret(undefined, () => readOptions({ routes })).secrets;

      expect(invented).to.have.length.above(40);
    } finally {
      process.emitWarning = emitWarning;
    }
    expect(warnings).to.have.lengthOf(1);
    expect(warnings[0]).to.contain('TROUPE_SECRET');
  });
});
