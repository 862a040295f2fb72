/**
 * A hash of a text, short and the same in every process. It tells template definitions (`template.ts`) and charts
 * (`statechart.ts`) apart. It is not cryptographic.
 */

/** 53 bits of a text, in base 36: two rounds of multiply and mix over its UTF-16 units. */
export function hashOf(text: string): string {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x9e3779b1);
    high = Math.imul(high ^ unit, 0x5f356495);
  }
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);

  return ((high & 0x1fffff) * 0x100000000 + (low >>> 0)).toString(36);
}
