import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { buildProject } from '../../build/build-project';
import { launchBrowser, takePicture } from '../../cli/screenshots';
import { runCommand } from '../support/command-line';
import { ProjectCopy } from '../support/project-copy';
import { Started } from '../support/started';

describe('npm run screenshots', () => {
  it('--json names the pictures, or what kept it from taking them', () => {
    const project = new ProjectCopy();
    const screenshots = (env: Record<string, string>) => {
      const { status, stdout } = runCommand(project.root, ['screenshots', '--json'], env);
      return { status, json: JSON.parse(stdout) };
    };
    try {
      expect(screenshots({ CHROMIUM: '/nowhere' })).toEqual({
        status: 1,
        json: { ok: false, error: expect.stringMatching(/^There is no Chromium at \/nowhere/) },
      });
      const { CHROMIUM } = process.env;
      const { status, json } = screenshots(CHROMIUM ? { CHROMIUM } : {});
      const bytes = (name: string) => readFileSync(project.path('docs', `console-${name}.png`)).length;
      expect([status, json]).toEqual([
        0,
        {
          ok: true,
          pictures: ['light', 'dark', 'flex'].map((name) => ({
            file: `docs/console-${name}.png`,
            bytes: bytes(name),
          })),
        },
      ]);
    } finally {
      project.remove();
    }
  }, 120_000);

  it('fails, says what the page shows, and writes nothing when the build has failed', async () => {
    const project = new ProjectCopy();
    let command: Started | undefined;
    try {
      await buildProject(project.root);
      const data = project.path('assets/customers.private.json');
      writeFileSync(data, readFileSync(data, 'utf8').replace('"(212) 555-0102"', '"12"'));
      mkdirSync(project.path('docs'));
      writeFileSync(project.path('docs/console-old.png'), '');

      const { CHROMIUM } = process.env;
      command = new Started(
        project.root,
        process.execPath,
        ['--import', 'tsx', 'cli/main.ts', 'screenshots'],
        CHROMIUM ? { CHROMIUM } : {},
      );
      expect(await command.ends()).toBe(1);
      expect(command.output).toMatch(
        /^docs\/console-light\.png was not taken:\nshown: The last build failed; .*"12" is not a valid phone number/,
      );
      expect(command.output).toMatch(/\nNothing was written\.\n$/);
      expect(readdirSync(project.path('docs'))).toEqual(['console-old.png']);
    } finally {
      command?.kill();
      project.remove();
    }
  });
});

describe('a picture', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  const take = (play: (page: Page) => Promise<unknown>): Promise<Buffer> => {
    const page =
      '<b data-testid="badge-local">Local</b><input data-testid="phone-input"><p role="alert"></p>';
    return takePicture(browser, `data:text/html,${encodeURIComponent(page)}`, {
      colorScheme: 'light',
      play: async (page) => void (await play(page)),
    });
  };
  const insert = (html: string) => (page: Page) =>
    page.evaluate(`document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(html)})`);

  it('is a PNG of the page at rest', async () => {
    const image = await take(insert('<p class="banner" hidden>not seen</p>'));
    expect(image.subarray(1, 4).toString()).toBe('PNG');
  });

  it.each([
    ['an alert', insert('<div role="alert"><p>It is<br>broken.</p></div>'), /^shown: It is \| broken\.$/],
    ['a banner', insert('<details class="banner failed" open>No build</details>'), /^shown: No build$/],
    [
      'a scenario that failed',
      insert('<p class="result failed">Not as expected</p>'),
      /^shown: Not as expected$/,
    ],
    [
      'an error of the page',
      (page: Page) => page.evaluate('void setTimeout(() => { throw new Error("lost") })'),
      /^error on the page: lost$/,
    ],
    [
      'an error in its console',
      (page: Page) => page.evaluate('console.error("lost")'),
      /^logged by the page: lost$/,
    ],
    [
      'an alert instead of what was waited for',
      async (page: Page) => {
        await insert('<p role="alert">It is broken.</p>')(page);
        await page.getByText('Hello').waitFor({ timeout: 1 });
      },
      /^shown: It is broken\.$/,
    ],
    [
      'nothing of what was waited for',
      (page: Page) => page.getByText('Hello').waitFor({ timeout: 1 }),
      /Timeout 1ms/,
    ],
  ])('is not taken of %s', async (_title, play, message) => {
    await expect(take(play)).rejects.toThrow(message);
  });
});
