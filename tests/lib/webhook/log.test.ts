import { createHash, createHmac } from 'node:crypto';
import * as v from 'valibot';
import { text } from '../../../lib/events/fields';
import { action, serve, type TwilioFunction } from '../../../lib/webhook/callback';
import { identityHasher } from '../../../lib/webhook/request';
import { invoke } from '../../support/invoke';
import type { Env } from '../../support/runtime';

const alice = 'alice@example.com';
const AUTH_TOKEN = 'a'.repeat(32);

/** A function of its own, as each file in `functions` is one. */
function logging(): TwilioFunction {
  const assign = action(v.object({ Worker: text }), async ({ Worker }, { addToLog, hash }) => {
    addToLog({ worker: hash(Worker) });
    return {};
  });
  return serve({
    dispatchOn: 'Location',
    actions: { Assign: assign },
    onUnknown: 'reject',
    budgetMs: 1_000,
  });
}

async function hashOf(Worker: string, env: Env, handler = logging()): Promise<unknown> {
  const { lines } = await invoke(handler, { Location: 'Assign', Worker }, { env });
  return lines[0]?.worker;
}

describe('an identity in the log', () => {
  it('is the same in every request and every function of an account', async () => {
    const handler = logging();
    const hashes = [
      await hashOf(alice, { AUTH_TOKEN }, handler),
      await hashOf(alice, { AUTH_TOKEN }, handler),
      await hashOf(alice, { AUTH_TOKEN }),
    ];
    const expected = createHmac('sha256', AUTH_TOKEN).update(alice).digest('hex').slice(0, 12);
    expect(hashes).toEqual([expected, expected, expected]);
  });

  it('is the same on another instance, which knows nothing but the token', () => {
    const hashes = [1, 2].map(() => {
      let hash = '';
      jest.isolateModules(() => {
        const log = require('../../../lib/webhook/request') as { identityHasher: typeof identityHasher };
        hash = log.identityHasher(AUTH_TOKEN)(alice);
      });
      return hash;
    });
    expect(hashes[0]).toBe(hashes[1]);
  });

  it('is another one with another token, and for another identity', async () => {
    const hashes = [
      await hashOf(alice, { AUTH_TOKEN }),
      await hashOf(alice, { AUTH_TOKEN: 'b'.repeat(32) }),
      await hashOf('bob@example.com', { AUTH_TOKEN }),
      await hashOf(alice, { AUTH_TOKEN: undefined }),
    ];
    expect(new Set(hashes).size).toBe(4);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{12}$/);
  });

  it.each([undefined, '', 5, null])('has a random key where the token is %j', (token) => {
    const unsalted = createHash('sha256').update(alice).digest('hex').slice(0, 12);
    const emptyKey = createHmac('sha256', '').update(alice).digest('hex').slice(0, 12);
    const hash = identityHasher(token)(alice);
    expect([unsalted, emptyKey]).not.toContain(hash);
    expect(identityHasher(token)(alice)).toBe(hash);
    jest.isolateModules(() => {
      const other = require('../../../lib/webhook/request') as { identityHasher: typeof identityHasher };
      expect(other.identityHasher(token)(alice)).not.toBe(hash);
    });
  });

  it('can never be had by hashing a guess', async () => {
    const guess = createHash('sha256').update(alice).digest('hex').slice(0, 12);
    expect([
      await hashOf(alice, { AUTH_TOKEN }),
      await hashOf(alice, { AUTH_TOKEN: undefined }),
    ]).not.toContain(guess);
  });
});
