import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  formatChanges,
  formatManualSteps,
  listManualSteps,
  withoutSecrets,
} from '../../../cli/setup/describe';
import { projectRoot } from '../../support/project';
import { needsOf, routeOnAdded } from './setting';

const plain = (_format: unknown, text: string): string => text;

describe('the steps that no API can do', () => {
  it('are printed as docs/deploy.md shows them', async () => {
    const page = readFileSync(join(projectRoot, 'docs/deploy.md'), 'utf8');
    expect(page).toContain(`\n\`\`\`\n${formatManualSteps(listManualSteps(await needsOf()))}\n\`\`\`\n`);
  });

  it.each([
    ['pool', 'Pool routing'],
    ['none', 'Do not route'],
  ] as const)('name no routing callback with %s routing', async (mode, value) => {
    const steps = listManualSteps(await needsOf(), mode).filter(({ where }) => where.endsWith('Routing'));
    expect(steps).toEqual([{ where: 'Frontline → Manage → Routing', field: 'Routing', value }]);
  });

  it('are none on an account without Frontline', async () => {
    expect(listManualSteps(await needsOf(routeOnAdded))).toEqual([]);
  });
});

describe('a plan', () => {
  const before = { OUTBOUND_API_KEY: null, FLEX_QUEUE_SID: null };
  const after = { OUTBOUND_API_KEY: 'sha256:0123456789abcdef', FLEX_QUEUE_SID: `WQ${'1'.repeat(32)}` };

  it('shows no key, not even its hash', () => {
    const changes = [{ kind: 'env' as const, id: '.env', before, after }];
    expect(formatChanges(changes, plain)).toBe(
      `Variables in .env\n  + OUTBOUND_API_KEY: (a key, shown nowhere)\n  + FLEX_QUEUE_SID: ${after.FLEX_QUEUE_SID}`,
    );
    expect(withoutSecrets(changes)).toEqual([
      { kind: 'env', id: '.env', before, after: { ...after, OUTBOUND_API_KEY: '(secret)' } },
    ]);
  });

  it('shows what is created, what is changed and what is removed', () => {
    const fields = { enabled: true, type: 'default' };
    const [was, is] = [
      { filters: ['a', 'b'], method: 'GET' },
      { filters: ['b', 'c'], method: 'POST' },
    ];
    const changes = [
      { kind: 'address' as const, id: 'sms:+15550100', before: null, after: fields },
      { kind: 'webhooks' as const, id: 'account', before: was, after: is },
      { kind: 'address' as const, id: 'sms:+15550101', before: fields, after: null },
    ];
    expect(formatChanges(changes, plain)).toBe(`Autocreation for sms:+15550100
  + Autocreate a conversation: true
  + Type: default

Conversations webhooks account
  - Filter: a
  + Filter: c
  - Method: GET
  + Method: POST

Autocreation for sms:+15550101
  - Autocreate a conversation: true
  - Type: default`);
  });
});
