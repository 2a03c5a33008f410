import { addBuild } from './commands/build';
import { addCheck } from './commands/check';
import { addCountryPrefixes } from './commands/country-prefixes';
import { addData } from './commands/data';
import { addDeploy } from './commands/deploy';
import { addDoctor } from './commands/doctor';
import { addProxyEnv } from './commands/proxy-env';
import { addSchemas } from './commands/schemas';
import { addScreenshots } from './commands/screenshots';
import { addSetup } from './commands/setup';
import { addSimulate } from './commands/simulate';
import { addSimulated } from './commands/simulated';
import { addStart } from './commands/start';
import { addStartFunctions } from './commands/start-functions';
import { addSweep } from './commands/sweep';

/** One file per command. Each imports what it needs when it runs, so that a build does not load the local Twilio. */
export const commands = [
  addStart,
  addStartFunctions,
  addBuild,
  addCheck,
  addDeploy,
  addSetup,
  addDoctor,
  addData,
  addSimulate,
  addProxyEnv,
  addSweep,
  addSchemas,
  addSimulated,
  addCountryPrefixes,
  addScreenshots,
];
