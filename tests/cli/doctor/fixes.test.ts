import { examine } from '../../../cli/doctor/examine';
import { useHealthyAccount } from './healthy';

const healthy = useHealthyAccount();
const sms = '+16465550190';

/** Finds as much as possible whose fix is a command. @returns the fixes by code, each once */
async function findFixes(at: {
  isLocal: boolean;
  environment: string | undefined;
  givenUrl?: string;
}): Promise<Record<string, string[]>> {
  const { current } = healthy;
  const { account } = current.rest;
  const address = account.addresses.list().find((one) => one.address === sms);
  if (!address) throw new Error(`${sms} is not configured`);
  current.plant(address, {
    auto_creation: { enabled: false, type: 'default', conversation_service_sid: null },
  });
  const { functionsUrl } = current;
  current.plant(account.webhooks.fetch(), {
    method: 'GET',
    filters: ['onConversationAdd'],
    pre_webhook_url: null,
  });
  const subject = await current.subject();
  const { FLEX_QUEUE_SID: _queue, ...variables } = subject.variables;
  const { findings } = await examine({
    ...subject,
    ...at,
    hasOwnVariables: false,
    otherUrls: [],
    buildId: 'build-0000000000000000',
    variables: { ...variables, OUTBOUND_API_KEY: 'another-key-'.repeat(3), SWEEP_API_KEY: 'short' },
    console: { ...subject.console, crm: 'https://example.com/crm' },
  });
  const found: Record<string, string[]> = {};
  for (const { code, fix } of findings) {
    found[code] = [...new Set([...(found[code] ?? []), fix.replaceAll(functionsUrl, 'URL')])];
  }
  return found;
}

/** What the fixes are, with these options of the commands. */
const fixesWith = (options: string, orPlace: (place: string) => string, url = '') => {
  const run = (name: string, ...more: string[]): string => {
    const all = [options, ...more].filter((one) => one !== '');
    return [`npm run ${name}`, ...(all.length > 0 ? ['--', ...all] : [])].join(' ');
  };
  const deploy = run('deploy');
  const setup = run('setup', url);
  const orWebhooks = `${setup}${orPlace('Console: Conversations → Manage → Global webhooks')}`;
  return {
    dist_stale: [`npm run build; ${deploy} builds by itself`],
    variables_unread: ['nothing to do, if the functions run elsewhere'],
    webhook_method: [orWebhooks],
    webhook_url_missing: [orWebhooks],
    webhook_filter_missing: [orWebhooks],
    frontline_url_other: [setup],
    autocreation_off: [`${setup}${orPlace(`Console: Conversations → Manage → Addresses, ${sms}`)}`],
    flex_incomplete: [`set FLEX_QUEUE_SID in .env, or run ${run('setup', url, '--flex')}`],
    sweep_key_invalid: [`set another one in .env (openssl rand -hex 32), then ${deploy}`],
    build_differs: [deploy],
    outbound_key_rejected: [deploy],
  };
};
const orPlace = (place: string): string => `, or ${place}`;
const nowhere = (): string => '';

it.each([
  [{ isLocal: true, environment: 'dev' }, fixesWith('--local', nowhere)],
  [{ isLocal: true, environment: 'stage' }, fixesWith('--local --environment stage', nowhere)],
  [{ isLocal: false, environment: 'dev' }, fixesWith('', orPlace)],
  [{ isLocal: false, environment: 'production' }, fixesWith('--environment production', orPlace)],
  [
    { isLocal: false, environment: undefined, givenUrl: 'https://example.com' },
    fixesWith('', orPlace, '--url https://example.com'),
  ],
])('the commands of fixes work where the doctor looked: %j', async (at, expected) => {
  expect(await findFixes(at)).toEqual(expected);
});

it("the fix of npm start's own functions is to restart them", async () => {
  const subject = await healthy.current.subject();
  const { findings } = await examine({ ...subject, buildId: 'build-0000000000000000' });
  expect(findings.map(({ code, fix }) => [code, fix])).toContainEqual(['build_differs', 'restart npm start']);
});
