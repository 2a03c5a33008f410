import { SweptAccount } from './swept-account';

describe('a sweep', () => {
  it.each([
    [20, 4],
    [100, 20],
    [1_000, 50],
  ])(
    'that may send %i requests a second works on %i conversations at once',
    async (requestsPerSecond, atOnce) => {
      const account = new SweptAccount();
      for (let n = 0; n < 60; n++) account.addInbound(n, [{ identity: 'alice' }]);
      let underWay = 0;
      let most = 0;
      let letGo = (): void => undefined;
      const all = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      account.beforeRequest = async ({ path }) => {
        if (!path.endsWith('/Participants')) return;
        underWay += 1;
        most = Math.max(most, underWay);
        if (underWay === atOnce) setImmediate(letGo);
        await all;
        underWay -= 1;
      };
      const { swept } = await account.sweep({}, { requestsPerSecond });
      expect([swept.length, most]).toEqual([60, atOnce]);
    },
  );
});
