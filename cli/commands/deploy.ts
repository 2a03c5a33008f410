import type { Command } from 'commander';
import type { Rollback } from '../deploy/roll-back';
import type { Upload } from '../deploy/upload';
import { defaultEnvironment, npmCommand } from '../npm-command';
import { hasColors, printJson } from '../output';
import { printReport } from '../print-build';
import { addCommand, addTo, exitCodes, UsageError } from '../program';
import { projectFolder } from '../project-folder';

interface Options {
  environment: string;
  local?: true;
  dryRun?: true;
  rollback?: true;
  public: string[];
  json?: true;
}

/** `npm run deploy`: builds, checks and deploys; or goes back to the build before. */
export function addDeploy(program: Command): void {
  addCommand(program, 'deploy', 'Build, check, and deploy to Twilio')
    .option(
      '--environment <name>',
      'Where to: the suffix of the domain; "production" for none',
      defaultEnvironment,
    )
    .option('--local', 'Deploy to the local Twilio that npm start runs')
    .option('--dry-run', 'List exactly what would be uploaded, and upload nothing')
    .option('--rollback', 'Activate the build that was deployed before; variables stay as they are')
    .option('--public <path>', 'An asset that everybody may read; can be repeated', addTo, [])
    .option('--json', 'Print JSON: ok, and what was deployed, would be uploaded, or is wrong')
    .action(deploy);
}

async function deploy(options: Options): Promise<void> {
  const { environment, dryRun, rollback } = options;
  if (!/^[a-z0-9-]{1,16}$/.test(environment)) {
    throw new UsageError('--environment takes up to 16 lower-case letters, digits and hyphens.');
  }
  if (dryRun && rollback) throw new UsageError('--dry-run and --rollback cannot be used together.');
  await (rollback ? goBack(options) : buildAndDeploy(options));
}

async function buildAndDeploy({
  environment,
  local,
  dryRun,
  public: publicAssets,
  json,
}: Options): Promise<void> {
  const { openAccount, readEnvFile } = await import('../account');
  const { withProgress } = await import('../progress');
  const { buildProject } = await import('../../build/build-project');
  const { checkUpload } = await import('../deploy/check-upload');
  const { listUpload } = await import('../deploy/upload');
  // Nobody needs an account to see what would be uploaded, except the local Twilio's variables.
  const account = dryRun && !local ? undefined : await openAccount({ local });
  const color = !json && hasColors('stderr');
  const build = await withProgress('Building', (report) =>
    buildProject(projectFolder, { color, warnsOfPublic: false, report }),
  );
  if (!build.ok) {
    process.exitCode = exitCodes.failed;
    if (json) return printJson(build);
    printReport(build);
    return console.error('Nothing was deployed.');
  }
  const upload = listUpload(projectFolder, account?.variables ?? {}, readEnvFile());
  const problems = checkUpload(upload, publicAssets);
  const { buildId } = build;
  const ok = problems.length === 0;
  if (!ok) process.exitCode = exitCodes.failed;
  if (json && (dryRun || !ok)) {
    return printJson({
      ok,
      dryRun: dryRun ?? false,
      environment,
      buildId,
      ...withoutValues(upload),
      problems,
    });
  }
  if (build.warnings && !json) console.warn(build.warnings);
  if (dryRun) await printUpload(environment, buildId, upload);
  for (const { problem, fix } of problems) console.error(`${problem}\n  → ${fix}`);
  if (!ok && !dryRun) console.error('Nothing was deployed.');
  if (!account || dryRun || !ok) return;

  const { deployBuild } = await import('../deploy/deploy-build');
  const { deployedUrl } = await import('../deploy/deployments');
  const done = await withProgress('Deploying', () =>
    deployBuild({ root: projectFolder, account, environment, buildId, upload }),
  );
  const { leftVariables, hasEarlierBuild, isServed } = done;
  const { builds: _builds, ...deployment } = done.deployment;
  const url = deployedUrl(deployment);
  if (json) {
    const uploaded = withoutValues(upload);
    return printJson({ ok, environment, url, ...deployment, ...uploaded, leftVariables, isServed });
  }
  if (leftVariables.length > 0) {
    console.warn(`Not in .env, but still set in the environment: ${leftVariables.join(', ')}`);
  }
  if (isServed === false) console.warn(`${url} does not answer as this build yet.`);
  const target = { isLocal: account.isLocal, environment };
  console.log(`Deployed ${buildId} to ${url}

${upload.functions.map(({ path }) => `  ${url}${path}`).join('\n')}

Next: ${npmCommand('setup', target)}    has Twilio call these URLs
      ${npmCommand('doctor', target)}   finds what is wrong`);
  if (hasEarlierBuild) console.log(`Back: ${npmCommand('deploy', target, '--rollback')}`);
}

async function goBack({ environment, local, json }: Options): Promise<void> {
  const { openAccount } = await import('../account');
  const { withProgress } = await import('../progress');
  const { deployedUrl } = await import('../deploy/deployments');
  const { rollBack } = await import('../deploy/roll-back');
  const account = await openAccount({ local });
  const done = await withProgress('Going back', () => rollBack(projectFolder, account, environment));
  const { builds: _builds, ...deployment } = done.deployment;
  const url = deployedUrl(deployment);
  const { replaced, changedVariables } = done;
  if (json) return printJson({ ok: true, environment, url, ...deployment, replaced, changedVariables });
  const { buildId, buildSid } = deployment;
  console.log(
    `Rolled back ${url} to ${buildId ?? 'the build'} (${buildSid}); the active build was ${replaced}.`,
  );
  console.log('Variables belong to the environment, not to the build: they stay as they are.');
  warnOfChanges(done);
}

function warnOfChanges({ changedVariables }: Rollback): void {
  if (changedVariables === undefined) {
    console.warn('This build was not deployed from here: compare its variables with .env yourself.');
  } else if (changedVariables.length > 0) {
    console.warn(
      `These variables have changed since this build was deployed: ${changedVariables.join(', ')}`,
    );
  }
}

async function printUpload(environment: string, buildId: string, upload: Upload): Promise<void> {
  const { formatSize } = await import('../deploy/check-upload');
  const files = [...upload.functions, ...upload.assets];
  const width = Math.max(...files.map(({ path }) => path.length));
  const list = (items: Upload['functions']): string =>
    items
      .map(
        ({ path, visibility, bytes }) =>
          `  ${path.padEnd(width)}  ${visibility.padEnd(9)}  ${formatSize(bytes)}\n`,
      )
      .join('');
  const names = Object.keys(upload.variables).sort();
  const packages = Object.entries(upload.dependencies);
  console.log(`${buildId} would be deployed to the environment ${environment}.

Functions
${list(upload.functions)}
Assets
${list(upload.assets)}
Variables
${names.length > 0 ? names.map((name) => `  ${name}`).join('\n') : '  none'}

Dependencies
${packages.map(([name, version]) => `  ${name} ${version}`).join('\n')}`);
}

/** What may be printed of an upload: variables by name. */
function withoutValues({ functions, assets, variables, dependencies }: Upload) {
  return { functions, assets, variables: Object.keys(variables).sort(), dependencies };
}
