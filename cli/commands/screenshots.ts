import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { printJson } from '../output';
import { addCommand } from '../program';
import { projectFolder } from '../project-folder';

/** `npm run screenshots`: takes the pictures in `docs/`; writes all of them or none. */
export function addScreenshots(program: Command): void {
  addCommand(program, 'screenshots', 'Take the pictures in docs/; write all of them or none')
    .option('--json', 'Print JSON: ok, and the file and bytes of each picture')
    .addHelpText('after', '\nEnvironment:\n  CHROMIUM  the browser (/usr/bin/chromium)')
    .action(screenshots);
}

async function screenshots({ json }: { json?: true }): Promise<void> {
  const images = await takePictures();
  const docs = join(projectFolder, 'docs');
  await mkdir(docs, { recursive: true });
  for (const name of await readdir(docs)) {
    if (/^console-.*\.png$/.test(name) && !images.has(name)) await rm(join(docs, name));
  }
  for (const [name, image] of images) {
    await writeFile(join(docs, name), image);
    if (!json) console.log(`docs/${name}  ${Math.round(image.length / 1024)} KB`);
  }
  if (!json) return;
  printJson({
    ok: true,
    pictures: [...images].map(([name, { length }]) => ({ file: `docs/${name}`, bytes: length })),
  });
}

/** @throws an error that names the picture that was not taken */
async function takePictures(): Promise<Map<string, Buffer>> {
  const { launchBrowser, pictures, takePicture } = await import('../screenshots');
  const images = new Map<string, Buffer>();
  const browser = await launchBrowser();
  try {
    const product = await Product.start();
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
      await product.stop();
    }
  } finally {
    await browser.close();
  }
  return images;
}

/** `npm start`, on free ports. */
class Product {
  readonly #child: ChildProcess;
  #output = '';
  readonly url: string;

  private constructor([functions, console, proxy]: number[]) {
    this.url = `http://localhost:${console}`;
    this.#child = spawn(process.execPath, ['--import', 'tsx', join('cli', 'main.ts'), 'start'], {
      cwd: projectFolder,
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

  /** @throws an error with its output when it does not start to serve */
  static async start(): Promise<Product> {
    const { freePorts } = await import('../../simulator/listen');
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

  /** Removes what the previous picture has left. */
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
