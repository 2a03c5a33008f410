import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import twilio from 'twilio';
import { explainFailure } from '../../cli/explain-failure';
import { freePort } from '../../simulator/listen';
import { runCommand } from '../support/command-line';
import { ProjectCopy } from '../support/project-copy';

let project: ProjectCopy;
beforeAll(() => {
  project = new ProjectCopy();
});
afterAll(() => project.remove());

describe('a command with --json prints JSON for each error', () => {
  it.each([
    ['deploy --jsn', 2, "unknown option '--jsn'"],
    ['deploy --environment UPPER', 2, '--environment takes up to 16 lower-case letters'],
    ['deploy', 2, 'There are no credentials'],
    ['setup', 2, 'There are no credentials'],
    ['setup --scope all', 2, '--scope must be account or service'],
    ['doctor', 2, 'There are no credentials'],
    ['doctor --local', 1, 'No local Twilio answers at http://localhost:'],
    [
      'data reassign --from alice@example.com --to bob@example.com --open-conversations --local',
      1,
      'No local Twilio',
    ],
    ['proxy-env', 1, 'No local Twilio answers at http://localhost:'],
    ['simulate list', 1, 'No local Twilio answers at http://localhost:'],
    ['sweep', 2, 'There are no credentials'],
    ['sweep --close-older-than 0d', 2, '--close-older-than must be a number of days'],
    ['data import', 2, "missing required argument 'file'"],
    ['data import nothing.csv', 2, 'nothing.csv cannot be read'],
    ['data reassign --from a@example.com', 2, '--to is missing'],
    ['chek', 2, "unknown command 'chek'"],
  ])('%s', async (call, status, message) => {
    const SIMULATOR_PORT = String(await freePort());
    const result = runCommand(project.root, [...call.split(' '), '--json'], { SIMULATOR_PORT });
    expect(result.status).toBe(status);
    expect(result.stderr).toContain(message);
    expect(JSON.parse(result.stdout)).toEqual({ ok: false, error: expect.stringContaining(message) });
  });

  it('but none for --help', () => {
    const { status, stdout } = runCommand(project.root, ['deploy', '--json', '--help']);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^Usage: npm run deploy/)]);
  });
});

describe("Twilio's errors", () => {
  it.each([
    [
      { statusCode: 401, body: '{"code":20003,"message":"Authenticate"}' },
      'Twilio rejects the credentials (401 20003 Authenticate): compare ACCOUNT_SID and AUTH_TOKEN in .env',
    ],
    [
      { statusCode: 403, body: '{"code":20403,"message":"Forbidden"}' },
      'Twilio does not permit this request (403 20403 Forbidden): with an API key, check its permissions',
    ],
    [
      { statusCode: 404, body: '{"code":20404,"message":"/v1/Services/IS1 was not found"}' },
      'Twilio does not find something (404 20404 /v1/Services/IS1 was not found): check that the SIDs',
    ],
    [{ statusCode: 429, body: '{"code":20429,"message":"Too Many"}' }, 'run the command again later.'],
    [
      { statusCode: 503, body: '<html>' },
      'Twilio returned an error (503 [HTTP 503] Failed to execute request): run the command again later; https://status.twilio.com',
    ],
    [
      { statusCode: 400, body: '{"code":20001,"message":"Bad"}' },
      'Twilio refuses a request (400 20001 Bad): https://www.twilio.com/docs/api/errors explains the code.',
    ],
  ])('%j says what failed, and what to do', (response, text) => {
    expect(explainFailure(new twilio.RestException(response))).toContain(text);
  });

  it('of the local Twilio are its faults, of which status.twilio.com knows nothing', () => {
    const error = new twilio.RestException({ statusCode: 500, body: '{"code":20500,"message":"Fault"}' });
    expect(explainFailure(error, { isLocal: true })).toBe(
      'Twilio returned an error (500 20500 Fault): npm run simulate -- fault lists the faults that are on, and --off ends them.',
    );
  });

  it.each([
    [new Error('socket hang up'), 'socket hang up'],
    [Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), 'read ECONNRESET'],
    [new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED', message: '' } }), 'fetch failed'],
  ])('%s says that Twilio cannot be reached', (error, reason) => {
    expect(explainFailure(error)).toBe(
      `Twilio cannot be reached (${reason}): check the network and its proxy, or with --local that npm start still runs, and run the command again.`,
    );
  });

  it.each([
    new Error('The data has 3 problems.'),
    Object.assign(new Error('ours'), { status: 500, code: 'api_key_malformed' }),
    Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' }),
  ])('do not change what is said about %s', (error) => {
    expect(explainFailure(error)).toBe(error.message);
  });
});

it.each(['check', 'deploy --dry-run', 'doctor --local', '--help'])(
  '%s ends quietly when nobody reads what it prints',
  (call) => {
    const command = `"${process.execPath}" --import tsx cli/main.ts ${call} 2>&3 | true`;
    const { PATH = '', HOME = '' } = process.env;
    const { output } = spawnSync('sh', ['-c', command], {
      cwd: project.root,
      encoding: 'utf8',
      env: { PATH, HOME, SIMULATOR_PORT: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    expect(output[3]).not.toMatch(/EPIPE|^\s+at /m);
  },
);

it.each([
  ['{"AC', 'it is not valid JSON'],
  ['[]', 'it is not as the command writes it'],
  ['{"AC1/dev":{"domain":5}}', 'it is not as the command writes it'],
])('deploy names a damaged .deployments.json before it uploads anything: %s', (text, problem) => {
  writeFileSync(project.path('.deployments.json'), text);
  const credentials = { TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, TWILIO_AUTH_TOKEN: '0'.repeat(32) };
  // A request to Twilio would fail otherwise.
  const env = { ...credentials, HTTPS_PROXY: 'http://localhost:1', HTTP_PROXY: 'http://localhost:1' };
  for (const args of [['deploy'], ['deploy', '--rollback'], ['setup'], ['doctor']]) {
    const { status, stderr } = runCommand(project.root, args, env);
    expect([args, status]).toEqual([args, 1]);
    expect(stderr).toContain(`.deployments.json is damaged: ${problem}. Correct or delete it.`);
  }
});
