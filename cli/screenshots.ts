import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { freePorts } from '../simulator/listen';

const root = resolve(__dirname, '..');

interface Picture {
  colorScheme: 'light' | 'dark';
  /** What a user does until the page looks as the README says. */
  play(page: Page): Promise<void>;
}

/** The README's pictures by the name of their file. */
export const pictures: Record<string, Picture> = {
  'console-light.png': {
    colorScheme: 'light',
    async play(page) {
      await page.getByTestId('phone-input').fill('Hello, is anybody there?');
      await page.getByTestId('phone-send').click();
      await page.getByTestId('chat').getByText('Hello, is anybody there?').waitFor();
      await page.locator('[data-name=onConversationRoute][data-state=ok]').waitFor();
      await page.getByTestId('worker-input').fill('Yes! How can I help?');
      await page.getByTestId('worker-send').click();
      await page.getByTestId('phone').getByText('Yes! How can I help?').waitFor();
      await page.locator('[data-name=onConversationRoute] .webhook-head').click();
    },
  },
  'console-dark.png': {
    colorScheme: 'dark',
    async play(page) {
      await page.getByTestId('menu-scenarios').click();
      await page.getByTestId('scenario-twilio-silent').click();
      await page.locator('[data-testid=scenario-result][data-ok=false]').waitFor();
      // How the scenario ended is told by a red banner, too: no picture has one.
      await page.getByTestId('scenario-result').getByLabel('Dismiss').click();
      await page.locator('[data-name=onConversationRoute][data-state=failed] .webhook-head').click();
    },
  },
  'console-flex.png': {
    colorScheme: 'light',
    async play(page) {
      await page.getByTestId('side-flex').click();
      await page.getByTestId('flex-agent').selectOption('alice@example.com');
      await page.getByTestId('flex-channel').selectOption('whatsapp');
      await page.getByTestId('flex-customer').selectOption('1001');
      await page.getByTestId('flex-body').fill('May we come at ten?');
      await page.getByTestId('flex-start').click();
      await page.locator('[data-testid=flex-result][data-status="422"]').waitFor();
      await page.getByTestId('flex-template').selectOption('HX00000000000000000000000000000001');
      await page.getByTestId('flex-variable-1').fill('María Gómez');
      await page.getByTestId('flex-variable-2').fill('Alice');
      await page.getByTestId('flex-new-key').click();
      await page.getByTestId('flex-start').click();
      await page.locator('[data-testid=flex-result][data-status="201"]').waitFor();
      await page.locator('[data-testid^=flex-interaction-][data-status=active]').waitFor();
      await page.getByTestId('phone').getByTestId('message').waitFor();
    },
  },
};

/** What a page shows or logs that has no place in a picture. */
export class PageProblems {
  readonly #page: Page;
  readonly #logged: string[] = [];

  /** @param page a page that has not been opened yet */
  constructor(page: Page) {
    this.#page = page;
    page.on('pageerror', (error) => this.#logged.push(`error on the page: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.#logged.push(`logged by the page: ${message.text()}`);
    });
  }

  /** @throws an error that says what is there */
  async expectNone(): Promise<void> {
    const alerts = this.#page
      .locator('.banner, .result.failed, [role=alert]')
      .filter({ visible: true, hasText: /\S/ });
    const shown = (await alerts.allInnerTexts()).map(
      (text) => `shown: ${text.trim().replace(/\s*\n\s*/g, ' | ')}`,
    );
    const problems = [...shown, ...this.#logged];
    if (problems.length > 0) throw new Error(problems.join('\n'));
  }
}

/**
 * Opens the console, plays, and takes the picture once nothing moves any more.
 *
 * @throws an error with what is wrong, when the page shows or logs an error, or does not get that far
 */
export async function takePicture(browser: Browser, url: string, picture: Picture): Promise<Buffer> {
  const { colorScheme, play } = picture;
  const page = await browser.newPage({
    colorScheme,
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  });
  page.setDefaultTimeout(20_000);
  const problems = new PageProblems(page);
  try {
    await page.goto(url);
    await page.getByTestId('badge-local').waitFor();
    await page.getByTestId('phone-input').or(page.locator('.banner')).first().waitFor();
    await problems.expectNone();
    await play(page).catch(async (error: unknown) => {
      // It says more than what was waited for in vain.
      await problems.expectNone();
      throw error;
    });
    const image = await waitUntilStill(page);
    await problems.expectNone();
    return image;
  } finally {
    await page.close();
  }
}

async function waitUntilStill(page: Page): Promise<Buffer> {
  await page.locator('.spinner').waitFor({ state: 'detached' });
  await page.mouse.move(0, 0);
  let last: Buffer = Buffer.alloc(0);
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const image = await page.screenshot({ animations: 'disabled', caret: 'hide' });
    if (image.equals(last)) return image;
    last = image;
    await sleep(200);
  }
  throw new Error('the page does not come to rest');
}

/** Debian's Chromium, or another one that the environment names. @throws when there is none */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}: apt-get install chromium, or name one by CHROMIUM`,
    );
  }
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  return chromium.launch({ executablePath, args });
}

/** `npm start`, on ports that nobody uses. */
class Product {
  readonly #child: ChildProcess;
  #output = '';
  readonly url: string;

  private constructor([functions, console, proxy]: number[]) {
    this.url = `http://localhost:${console}`;
    this.#child = spawn(process.execPath, ['--import', 'tsx', join('cli', 'start.ts')], {
      cwd: root,
      env: {
        ...process.env,
        PORT: String(functions),
        SIMULATOR_PORT: String(console),
        SIMULATOR_PROXY_PORT: String(proxy),
        BROWSER: 'none',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
    }
  }

  /** @throws an error with what it printed, when it does not begin to serve */
  static async start(): Promise<Product> {
    const product = new Product(await freePorts(3));
    for (let waited = 0; !product.#output.includes(`${product.url} `); waited += 100) {
      if (product.#hasEnded || waited > 60_000) {
        await product.stop();
        throw new Error(`npm start does not serve; it printed:\n${product.#output}`);
      }
      await sleep(100);
    }
    return product;
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Forgets what the picture before has left. */
  async reset(): Promise<void> {
    const response = await fetch(`${this.url}/api/reset`, { method: 'POST' });
    if (!response.ok) throw new Error(`/api/reset answered ${response.status}`);
  }

  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}

/** `npm run screenshots`: takes the README's pictures of the running product, all of them or none. */
async function main(): Promise<void> {
  const images = new Map<string, Buffer>();
  const product = await Product.start();
  try {
    const browser = await launchBrowser();
    try {
      for (const [name, picture] of Object.entries(pictures)) {
        await product.reset();
        const image = await takePicture(browser, product.url, picture).catch((error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          throw new Error(`docs/${name} was not taken:\n${reason}\nNothing was written.`);
        });
        images.set(name, image);
      }
    } finally {
      await browser.close();
    }
  } finally {
    await product.stop();
  }

  const docs = join(root, 'docs');
  await mkdir(docs, { recursive: true });
  for (const name of await readdir(docs)) {
    if (/^console-.*\.png$/.test(name) && !images.has(name)) await rm(join(docs, name));
  }
  for (const [name, image] of images) {
    await writeFile(join(docs, name), image);
    console.log(`docs/${name}  ${Math.round(image.length / 1024)} KB`);
  }
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
