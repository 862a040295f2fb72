import { expect } from 'chai';
import { eventDefaults, type PayloadField, payloadFields } from '../../../runtime/wire/event-data.js';
import { extraFields } from '../../../runtime/wire/extra-fields.js';

describe('data of events', () => {
  const kinds: readonly (readonly [kind: string, types: string, fields: readonly PayloadField[]])[] = [
    [
      'controls, and all others',
      'input change focus blur select invalid load custom wheels',
      ['value', 'checked', 'values', 'name'],
    ],
    ['keys', 'keydown keyup keypress', ['key', 'code', 'modifiers', 'repeat', 'value', 'name']],
    [
      'pointers',
      'click dblclick auxclick contextmenu mousedown mousemove pointerdown pointercancel touchend dragstart drop',
      ['value', 'checked', 'x', 'y', 'offsetX', 'offsetY', 'button', 'modifiers', 'name'],
    ],
    ['the wheel', 'wheel', ['deltaX', 'deltaY', 'x', 'y', 'modifiers']],
    ['scrolling', 'scroll scrollend', ['scrollLeft', 'scrollTop']],
    ['forms', 'submit reset formdata', ['entries']],
    ['what opens and closes', 'toggle beforetoggle close cancel', ['open']],
  ];
  for (const [kind, types, fields] of kinds) {
    it(`of events of ${kind} has its fields, in order`, () => {
      for (const type of types.split(' ')) expect(payloadFields(type), type).to.deep.equal(fields);
    });
  }

  it('brings every field of an event in one kind or another', () => {
    const extra = ['resize', 'paste', 'play', 'picked'].flatMap(extraFields);
    const travelling = new Set([
      ...kinds.flatMap(([, types]) => payloadFields(types.split(' ')[0] as string)),
      ...extra,
    ]);
    const keys = Object.keys(eventDefaults).filter((field) => !/^(alt|ctrl|meta|shift)Key$/.test(field));
    expect([...travelling]).to.have.members([...keys, 'modifiers']);
  });

  it('has for defaults what is false, 0 or empty, and is frozen', () => {
    for (const [field, value] of Object.entries(eventDefaults)) {
      expect([false, 0, '', null].includes(value as never) || `${value}` === '', field).to.equal(true);
      expect(Object.isFrozen(value), field).to.equal(true);
    }
    expect(Object.isFrozen(eventDefaults)).to.equal(true);
  });
});
