import { expect } from 'chai';
import fc from 'fast-check';
import {
  atEnd,
  extentOf,
  follow,
  heightOf,
  hold,
  isAtEnd,
  jumpTo,
  rankOf,
  rowHeight,
  rowsBelow,
  scrollTo,
  scrollTopFor,
} from '../../../components/inspector/scrolling.js';
import { style } from '../../../components/inspector/style.js';
import { lawParameters } from '../../laws/parameters.js';

describe('scrolling', () => {
  describe('the rows that are rendered', () => {
    it('are those around what is visible, and fewer than a hundred', () => {
      fc.assert(
        fc.property(fc.nat(20_000), fc.nat(700_000), (total, up) => {
          const { start, count } = extentOf(total, rowsBelow(-up));
          expect(count).to.be.lessThan(100);
          // The lowest row in sight and the highest one, if the list is as high as it can be.
          const lowest = total - 1 - Math.floor(up / rowHeight);
          const highest = Math.max(0, lowest - 30);
          if (lowest < 0) return;
          expect(start).to.be.at.most(highest);
          expect(start + count).to.be.greaterThan(lowest);
        }),
        lawParameters()
      );
    });

    it('are none of none', () => {
      expect(extentOf(0, 0)).to.deep.equal({ start: 0, count: 0 });
    });

    it('change once in ten rows', () => {
      const seen = new Set(Array.from({ length: 100 * rowHeight }, (_, pixel) => rowsBelow(-pixel)));
      expect(seen.size).to.equal(10);
    });

    it('are as high as the style sheet says, and not more of them visible', () => {
      expect(style).to.include(`.i-row { position: relative; height: ${rowHeight}px;`);
      expect(style).to.include(`max-height: ${30 * rowHeight}px;`);
      expect(heightOf(10_000)).to.equal('340000px');
    });
  });

  describe('a position', () => {
    it('is held by scrolling away from the end and follows again at the end', () => {
      const away = scrollTo(atEnd, -1_000, 50, false);
      expect(away).to.deep.equal({ anchor: 50, below: 20, scrollTop: 0 });
      expect(scrollTo(away, -2_000, 60, false).anchor).to.equal(50);
      expect(scrollTo(away, 0, 60, false)).to.deep.equal(atEnd);
    });

    it('stays held at the end if it is to be', () => {
      const away = scrollTo(hold(atEnd, 50), -1_000, 50, true);
      expect(scrollTo(away, 0, 60, true)).to.deep.equal({ anchor: 50, below: 0, scrollTop: 0 });
    });

    it('is the same one if scrolling changes nothing', () => {
      expect(scrollTo(atEnd, -20, 50, false)).to.equal(atEnd);
      expect(isAtEnd(-33)).to.equal(true);
      expect(isAtEnd(-34)).to.equal(false);
    });

    it('holds what was newest when it was held first', () => {
      expect(hold(hold(atEnd, 50), 60).anchor).to.equal(50);
    });

    it('tells the browser where to scroll even if it was told the same before', () => {
      const once = jumpTo(atEnd, -340);
      const twice = jumpTo(once, -340);
      expect([once.scrollTop, twice.scrollTop, jumpTo(twice, -340).scrollTop]).to.deep.equal([-340, -340.5, -340]);
      expect(follow(once)).to.deep.equal({ anchor: undefined, below: 0, scrollTop: 0 });
    });

    it('brings a row into sight, not at the very edge', () => {
      const up = -scrollTopFor(500, 1_000);
      const fromEnd = (1_000 - 1 - 500) * rowHeight;
      expect(fromEnd - up).to.be.within(rowHeight, 20 * rowHeight);
      expect(scrollTopFor(999, 1_000)).to.equal(0);
    });
  });

  it('counts the rows up to a number, with few questions', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(5_000), { maxLength: 300 }), fc.nat(5_000), (given, number) => {
        const numbers = given.sort((one, other) => one - other);
        let asked = 0;
        const rank = rankOf(number, numbers.length, (index) => {
          asked++;
          return numbers[index] as number;
        });
        expect(rank).to.equal(numbers.filter((each) => each <= number).length);
        expect(asked).to.be.at.most(10);
      }),
      lawParameters()
    );
  });
});
