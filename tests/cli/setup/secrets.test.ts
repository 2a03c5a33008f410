import { statSync } from 'node:fs';
import { join } from 'node:path';
import { hideSecretsIn, hideUrlSecrets } from '../../../cli/hide-secrets';
import { formatChanges, withoutSecrets, withoutUrlSecrets } from '../../../cli/setup/describe';
import type { Needs } from '../../../cli/setup/needs';
import type { Plan } from '../../../cli/setup/plan';
import { type Setting, us, useSetting } from './setting';

let setting: Setting;
let needs: Needs;
useSetting((made) => {
  ({ setting, needs } = made);
});

describe('setup with secrets in the URLs of others', () => {
  const secretly = 'https://user:pass-word-1@example.com/hook?token=pass-word-2#pass-word-3';
  const shown = 'https://…@example.com/hook?…#…';
  const print = (plan: Pick<Plan, 'changes'>): string =>
    formatChanges(plan.changes, (_format, text) => text) + JSON.stringify(withoutSecrets(plan.changes));

  it('shows none of them: not in conflicts, plans and undo, though it keeps and restores them', async () => {
    setting.rest.account.webhooks.update({ PreWebhookUrl: secretly, PostWebhookUrl: `${secretly}4` });
    setting.answer(us, { sms_url: secretly });
    const { conflicts } = await setting.plan(needs);
    expect(withoutUrlSecrets(conflicts).map(({ found }) => found)).toEqual([shown, shown, shown]);
    for (const { text } of conflicts) expect(text).toContain(shown);

    const before = setting.snapshot();
    const plan = await setting.setUp(needs, {
      'pre-url': 'replace',
      'post-url': 'keep',
      [`number:${us}`]: 'keep',
    });
    const undo = await setting.session().planUndo();
    const printed = [
      print(plan),
      print(undo),
      JSON.stringify([conflicts, plan.kept].map((some) => withoutUrlSecrets(some))),
    ].join('\n');
    expect(printed).toContain(`- Pre-Event URL: ${shown}`);
    expect(printed).toContain(`+ Pre-Event URL: ${shown}`);
    expect(printed).not.toContain('pass-word');

    expect((await setting.plan(needs)).kept.map(({ id }) => id)).toEqual(['post-url', `number:${us}`]);
    const file = join(setting.root, '.setup', `AC${'0'.repeat(32)}.json`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await setting.undo()).toEqual([]);
    expect(setting.snapshot()).toEqual(before);
  });
});

it.each([
  ['https://example.com/hook', 'https://example.com/hook'],
  ['https://user@example.com:8443/', 'https://…@example.com:8443/'],
  ['https://:secret@example.com/a?b=secret', 'https://…@example.com/a?…'],
  ['example.com/secret', 'not a URL'],
  ['https://example.com/T0/aZ3kLm9Qw8Er7Ty6Ui5Op4As', 'https://example.com/T0/…'],
  [`https://example.com/${'0a'.repeat(17)}/in`, 'https://example.com/…/in'],
  ['https://example.com/6f1c2d34-1234-4abc-9def-0123456789ab', 'https://example.com/…'],
  [`https://example.com/AC${'0a'.repeat(16)}/x`, `https://example.com/AC${'0a'.repeat(16)}/x`],
  ['https://example.com/conversations-hook-2024', 'https://example.com/conversations-hook-2024'],
])('%s is shown as %s', (url, shown) => {
  expect(hideUrlSecrets(url)).toBe(shown);
});

it('shows a sentence with URLs as it is, but for their secrets', () => {
  const text = 'It is https://a:b@example.com/x?y=z. There is (http://example.com/?q), too: +15550100.';
  const shown = 'It is https://…@example.com/x?…. There is (http://example.com/?…), too: +15550100.';
  expect(hideSecretsIn(text)).toBe(shown);
});
