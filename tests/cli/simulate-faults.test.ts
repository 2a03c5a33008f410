import * as v from 'valibot';
import { describeFaults, faultsIn, noFaults } from '../../cli/simulate/faults';

const everywhere = { on: v.string(), times: v.exactOptional(v.number()) };
/** Settings with every kind of entry. */
const schema = v.object({
  rest: v.picklist(['none', '500']),
  restTimes: v.nullable(v.number()),
  badSignature: v.boolean(),
  webhooks: v.array(
    v.variant('kind', [
      v.object({ kind: v.literal('slow'), ...everywhere, ms: v.number() }),
      v.object({ kind: v.literal('notJson'), ...everywhere, done: v.exactOptional(v.boolean()) }),
    ]),
  ),
});
const faults = faultsIn(schema);
const find = (name: string) => {
  const found = faults.find((one) => one.name === name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
};

describe('the faults of npm run simulate -- fault', () => {
  it('are those of the schema, with what they must be told', () => {
    expect(faults.map(({ name, fields }) => [name, fields])).toEqual([
      ['rest-500', []],
      ['bad-signature', []],
      ['webhook-slow', ['ms']],
      ['webhook-not-json', []],
    ]);
    expect(noFaults(schema)).toEqual({ rest: 'none', restTimes: null, badSignature: false, webhooks: [] });
  });

  it('of a list stand beside each other, once per place', () => {
    const slow = find('webhook-slow');
    let current = slow.add({ webhooks: [] }, {}, ['ms=1000']);
    current = find('webhook-not-json').add(current, { on: 'onConversationAdd' }, ['done=true']);
    current = slow.add(current, { on: 'onConversationRoute', times: 1 }, ['ms=2000']);
    current = slow.add(current, {}, ['ms=3000']);
    expect(current).toEqual({
      webhooks: [
        { kind: 'notJson', on: 'onConversationAdd', done: true },
        { kind: 'slow', on: 'onConversationRoute', times: 1, ms: 2000 },
        { kind: 'slow', on: 'all', ms: 3000 },
      ],
    });
    expect(describeFaults(faults, current)).toBe(
      [
        'webhook-slow on onConversationRoute, ms=2000, 1 time',
        'webhook-slow on all, ms=3000',
        'webhook-not-json on onConversationAdd, done=true',
      ].join('\n'),
    );
    expect(slow.remove(current, { on: 'all' })).toMatchObject({ webhooks: [{}, { times: 1 }] });
    expect(slow.remove(current, {})).toEqual({
      webhooks: [{ kind: 'notJson', on: 'onConversationAdd', done: true }],
    });
  });

  it.each([
    ['rest-500', { on: 'all' }, [], 'rest-500 takes no --on.'],
    ['bad-signature', { times: 1 }, [], 'bad-signature takes no --times.'],
    ['bad-signature', {}, ['ms=1'], 'bad-signature takes no ms=1.'],
    ['webhook-slow', {}, ['sm=1'], 'webhook-slow takes no sm=1; it takes: ms=…'],
  ])('%s does not take %j %j', (name, options, values, message) => {
    expect(() => find(name).add({}, options, values)).toThrow(message);
  });
});
