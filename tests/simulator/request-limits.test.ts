import { RequestLimits } from '../../simulator/twilio/http/request-limits';
import { failure, useRestApi } from './rest-api';

const none = {
  concurrentFunctions: null,
  concurrentRequests: null,
  syncPerDocument: null,
  interactionsPerSecond: null,
};
const api = useRestApi();
let now: number;
beforeEach(() => {
  now = 0;
  api.rest.limits = new RequestLimits(() => now);
});
const documents = () => api.client.sync.v1.services('default').documents;
const times = <T>(count: number, work: () => Promise<T>): Promise<unknown[]> =>
  Promise.all(Array.from({ length: count }, () => failure(work())));
const refusals = (outcomes: unknown[]) => outcomes.filter((one) => one !== undefined);

describe("the limits of Twilio's REST API", () => {
  it('are off unless they are set', async () => {
    await documents().create({ uniqueName: 'one' });
    expect(refusals(await times(500, () => documents()('one').fetch()))).toEqual([]);
  });

  it('let so many requests be under way at once: one more is 429 with 20429 and not carried out', async () => {
    api.rest.limits.current = { ...none, concurrentRequests: 2 };
    api.rest.fail({ method: 'POST' }, { delay: 20 }, 2);
    const create = () => api.client.conversations.v1.conversations.create({ friendlyName: 'x' });
    const outcomes = await times(3, create);
    expect(outcomes).toEqual([undefined, undefined, [429, 20429]]);
    expect(api.state.conversations()).toHaveLength(2);
    expect(await failure(create())).toBeUndefined();
  });

  it('do not count a request that is never answered for ever', async () => {
    api.rest.limits.current = { ...none, concurrentRequests: 1 };
    api.rest.fail({}, { hang: true }, 1);
    void documents().list();
    await new Promise(setImmediate);
    expect(await failure(documents().list())).toBeUndefined();
  });

  it('let a Sync document be read so often in ten seconds, and as often be written', async () => {
    await documents().create({ uniqueName: 'one' });
    await documents().create({ uniqueName: 'two' });
    api.rest.limits.current = { ...none, syncPerDocument: 2 };
    const read = (name: string) => () => documents()(name).fetch();
    const write = () => documents()('one').update({ data: {} });
    expect(refusals(await times(21, read('one')))).toEqual([[429, 54009]]);
    expect(refusals(await times(21, write))).toEqual([[429, 54009]]);
    expect(await failure(read('two')())).toBeUndefined();
    now = 1_000;
    expect(refusals(await times(3, read('one')))).toEqual([[429, 54009]]);
  });

  it('let so many Sync documents be created', async () => {
    api.rest.limits.current = { ...none, syncPerDocument: 1 };
    expect(refusals(await times(12, () => documents().create({})))).toEqual([
      [429, 54009],
      [429, 54009],
    ]);
  });

  it('let so many interactions be asked for in a second', async () => {
    api.rest.limits.current = { ...none, interactionsPerSecond: 3 };
    const fetch = (n: number) => () =>
      api.client.flexApi.v1.interaction(`KD${String(n).padStart(32, '0')}`).fetch();
    const outcomes = [...(await times(2, fetch(1))), ...(await times(2, fetch(2)))];
    expect(outcomes).toEqual([...Array(3).fill([404, 20404]), [429, 20429]]);
    now = 1_000;
    expect(await failure(fetch(1)())).toEqual([404, 20404]);
  });

  it('show in the header how many requests are under way', async () => {
    api.rest.fail({}, { delay: 20 }, 2);
    const seen: (string | undefined)[] = [];
    const end = api.rest.onRequest(({ answer }) => seen.push(answer?.headers['Twilio-Concurrent-Requests']));
    await times(2, () => documents().list());
    end();
    expect(seen).toEqual(['2', '1']);
  });
});
