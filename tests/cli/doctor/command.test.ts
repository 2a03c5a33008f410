import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { severities } from '../../../cli/doctor/findings';
import { freePort } from '../../../simulator/listen';
import { runCommand } from '../../support/command-line';
import { projectRoot } from '../../support/project';
import { Started } from '../../support/started';
import { useHealthyAccount } from './healthy';

const healthy = useHealthyAccount();
const { stringContaining, stringMatching, objectContaining, any } = expect;

/** The command runs in a process of its own while this one serves what it asks. */
const doctor = async (...args: string[]): Promise<{ status: number | null; output: string }> => {
  const { project, consolePort } = healthy.current;
  const command = ['--import', 'tsx', 'cli/main.ts', 'doctor', ...args];
  const running = new Started(project.root, process.execPath, command, { SIMULATOR_PORT: consolePort });
  const status = await running.ends();
  return { status, output: running.output.replace(/^(?:Reading|Checking|Calling) .* …\n/gm, '') };
};
const edit = (file: string, change: (text: string) => string): void => {
  const path = healthy.current.project.path(file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
};

describe('npm run doctor', () => {
  it('prints what each callback answered, and that everything is fine', async () => {
    const { status, output } = await doctor('--local');
    expect(output).toMatch(
      /^Functions at http:\/\/localhost:\d+\n\n200 +\d+ ms of 6000 {2}GetProxyAddress \/callbacks\/outgoing-conversation\n/,
    );
    expect(output).toMatch(/\n\nEverything is fine\n$/);
    expect(status).toBe(0);
  });

  it('ends with 1 for errors only, lists them first, and says what to do', async () => {
    const { rest } = healthy.current;
    const [number] = rest.phoneNumbers.numbers('+16465550190');
    if (!number) throw new Error('there is no number');
    healthy.current.plant(number, { sms_url: 'https://example.com' });
    const warned = await doctor('--local');
    expect(warned.output).toMatch(/\n1 warning\n$/);
    expect(warned.status).toBe(0);

    healthy.current.plant(rest.account.webhooks.fetch(), { filters: ['onConversationAdd'] });
    const failed = await doctor('--local');
    expect(failed.output).toContain(
      [
        'error webhook_filter_missing: The webhooks of the account lack the filter onParticipantAdded',
        '  → npm run setup -- --local',
        'warning number_replies: +16465550190 also has',
      ].join('\n'),
    );
    expect(failed.output).toMatch(/\n1 error, 1 warning\n$/);
    expect(failed.status).toBe(1);
  });

  it('prints JSON, in which there is no secret', async () => {
    const secret = 'a-secret-that-nobody-may-see-0123456789';
    writeFileSync(healthy.current.project.path('.env'), `OUTBOUND_API_KEY=${secret}\n`);
    const { status, output } = await doctor('--local', '--json');
    rmSync(healthy.current.project.path('.env'));
    expect(JSON.parse(output)).toEqual({
      ok: false,
      url: healthy.current.functionsUrl,
      findings: [
        {
          code: 'outbound_key_rejected',
          severity: 'error',
          message: stringContaining('rejects the OUTBOUND_API_KEY in .env'),
          fix: 'restart npm start',
        },
      ],
      probes: Array.from({ length: 6 }, () => ({
        request: any(String),
        status: any(Number),
        ms: any(Number),
        limitMs: any(Number),
      })),
    });
    expect(output).not.toContain(secret);
    expect(status).toBe(1);
  });

  it('reports every problem of the data, and asks Twilio nothing then', async () => {
    edit('assets/customers.private.json', (text) => text.replace('"(212) 555-0102"', '"12"'));
    const { findings } = await healthy.current.read();
    edit('assets/customers.private.json', (text) => text.replace('"12"', '"(212) 555-0102"'));
    expect(findings).toEqual([
      {
        code: 'data_invalid',
        severity: 'error',
        message:
          'assets/customers.private.json: customers[1].channels[0].value: "12" is not a valid phone number',
        fix: stringContaining('write it with its country code'),
      },
    ]);
  });

  it('reports a warning about the data, and goes on', async () => {
    edit('assets/customers.private.json', (text) => text.replace('"(212) 555-0102"', '"+123456789"'));
    const { findings, subject } = await healthy.current.read();
    edit('assets/customers.private.json', (text) => text.replace('"+123456789"', '"(212) 555-0102"'));
    expect(findings).toEqual([objectContaining({ code: 'data_warning', severity: 'warning' })]);
    expect(subject).toBeDefined();
  });

  it('notices that the data has changed since the build that runs', async () => {
    edit('assets/customers.private.json', (text) => text.replace('John Fox', 'John Wolf'));
    const { status, output } = await doctor('--local', '--json');
    edit('assets/customers.private.json', (text) => text.replace('John Wolf', 'John Fox'));
    const { findings } = JSON.parse(output) as { findings: object[] };
    expect(findings).toEqual([
      objectContaining({ code: 'dist_stale', severity: 'warning' }),
      objectContaining({ code: 'build_differs', severity: 'error' }),
    ]);
    expect(status).toBe(1);
  });

  it('checks the functions that npm run deploy remembers, unless --url names others', async () => {
    const { project, account } = healthy.current;
    const port = await freePort();
    const file = project.path('.deployments.json');
    writeFileSync(file, JSON.stringify({ [`${account.accountSid}/stage`]: { domain: `localhost:${port}` } }));
    const remembered = await doctor('--local', '--environment', 'stage');
    const other = await doctor(
      '--local',
      '--environment',
      'stage',
      '--url',
      `${healthy.current.functionsUrl}/`,
    );
    rmSync(file);
    expect(remembered.output).toMatch(
      new RegExp(
        `^error functions_unreachable: http://localhost:${port}/callbacks/\\S+ does not answer`,
        'm',
      ),
    );
    expect(remembered.status).toBe(1);
    expect(other.status).toBe(0);
  });

  it('says that what is deployed gets no traffic, and which functions the webhooks point to', async () => {
    const { project, account, functionsUrl, rest } = healthy.current;
    const { services } = account.client.serverless.v1;
    const { sid: serviceSid } = await services.create({ uniqueName: 'ours', friendlyName: 'ours' });
    const { sid } = await services(serviceSid).environments.create({
      uniqueName: 'dev',
      domainSuffix: 'dev',
    });
    // The same functions under another name stand in for the deployed ones.
    const domain = new URL(functionsUrl).host.replace('localhost', 'localhost.');
    healthy.current.plant(rest.serverless.environment(serviceSid, sid), { domain_name: domain });
    const remember = (environmentSid: string): void =>
      writeFileSync(
        project.path('.deployments.json'),
        JSON.stringify({ [`${account.accountSid}/dev`]: { domain, serviceSid, environmentSid } }),
      );
    remember(sid);
    const deployed = await doctor('--local', '--json');
    remember(`ZE${'9'.repeat(32)}`);
    const gone = await doctor('--local', '--json');
    rmSync(project.path('.deployments.json'));
    expect(JSON.parse(deployed.output)).toMatchObject({
      url: `https://${domain}`,
      environment: 'dev',
      findings: expect.arrayContaining([
        {
          code: 'webhook_not_deployed',
          severity: 'warning',
          message: `The webhooks still point to npm start's own functions at ${functionsUrl}, not to what is deployed at https://${domain}`,
          fix: 'npm run setup -- --local',
        },
        {
          code: 'webhook_not_deployed',
          severity: 'warning',
          message: `The Frontline Console still points to npm start's own functions at ${functionsUrl}, not to what is deployed at https://${domain}`,
          fix: 'npm run setup -- --local',
        },
      ]),
    });
    // A restart of the local Twilio has ended it.
    expect(JSON.parse(gone.output)).toMatchObject({ ok: true, url: functionsUrl, findings: [] });
  });

  it('still calls the callbacks when no request to Twilio succeeds, and says what it could not ask', async () => {
    const { project, account, functionsUrl } = healthy.current;
    const deployment = { domain: new URL(functionsUrl).host, serviceSid: 'ZS1', environmentSid: 'ZE1' };
    writeFileSync(
      project.path('.deployments.json'),
      JSON.stringify({ [`${account.accountSid}/dev`]: deployment }),
    );
    healthy.current.fail({}, { status: 500, code: 20500 });
    const { status, output } = await doctor('--local', '--json');
    rmSync(project.path('.deployments.json'));
    const { findings, probes, url } = JSON.parse(output) as {
      findings: { code: string; message: string }[];
      probes: object[];
      url: string;
    };
    expect([status, url, probes.length]).toEqual([1, functionsUrl, 6]);
    const failed = findings.filter(({ code }) => code === 'check_failed').map(({ message }) => message);
    expect(failed).toEqual(
      ['what is deployed', 'credentials', 'webhooks', 'autocreation', 'phone numbers', 'workers', 'templates']
        .map((what) => expect.stringContaining(`Twilio could not be asked about ${what}: 500 20500`))
        .concat(expect.stringContaining('about Flex: 500')),
    );
  });

  it.each([
    [['--local', '--environment', 'prodution'], /^Nothing has been deployed to prodution \(no environment\)/],
    [['--local', '--url', 'callbacks.twil.io'], /^--url must be like https:\/\/YOUR-SERVICE\.twil\.io/],
    [['--local', '--url', 'http://callbacks.twil.io'], /^--url must be like https:/],
    [[], /^There are no credentials: set ACCOUNT_SID and AUTH_TOKEN in \.env/],
  ])('is wrong usage with %j', async (args, message) => {
    const { status, output } = await doctor(...args);
    expect(output).toEqual(stringMatching(message));
    expect(status).toBe(2);
  });

  it('names the port where no local Twilio runs', async () => {
    const SIMULATOR_PORT = String(await freePort());
    expect(runCommand(healthy.current.project.root, ['doctor', '--local'], { SIMULATOR_PORT })).toEqual({
      status: 1,
      stdout: '',
      stderr: `No local Twilio answers at http://localhost:${SIMULATOR_PORT} (SIMULATOR_PORT). Start it in another terminal: npm start\n`,
    });
  });
});

describe('docs/deploy.md', () => {
  const [, section = ''] = readFileSync(`${projectRoot}/docs/deploy.md`, 'utf8').split('\n## Check it\n');

  it('shows how a finding is printed', async () => {
    healthy.current.plant(healthy.current.rest.account.webhooks.fetch(), { filters: ['onConversationAdd'] });
    const { output } = await doctor('--local');
    const [, shown] = /^```\n(error [\s\S]*?)^```$/m.exec(section) ?? [];
    expect(output.split('\n\n')[2]).toBe(shown);
  });

  it('explains every finding, with its severity, and no other', () => {
    const [table = ''] = section.split('\n## ');
    const rows = [...table.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map(([, code, severity]) => [
      code,
      severity,
    ]);
    expect(Object.fromEntries(rows)).toEqual(severities);
    expect(rows).toHaveLength(Object.keys(severities).length);
  });
});
