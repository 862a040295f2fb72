import { expect } from 'chai';
import { placesBelow } from '../../../components/inspector/places.js';

describe('places', () => {
  it('stand below the base', () => {
    const places = placesBelow('/app/inspector');
    expect([places.home, places.session('a'), places.page('a', 3), places.recording('a')]).to.deep.equal([
      ...['/app/inspector/', '/app/inspector/sessions/a'],
      ...['/app/inspector/pages/a/3', '/app/inspector/recordings/a.jsonl.gz'],
    ]);
  });

  it('keep an id in one segment of the path, whatever is in it', () => {
    const places = placesBelow('');
    expect(places.session('a/../b?c#d')).to.equal('/sessions/a%2F..%2Fb%3Fc%23d');
  });
});
