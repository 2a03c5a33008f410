import { resolve } from 'node:path';

/** The folder of the project that this command line belongs to, wherever it is called from. */
export const projectFolder = resolve(__dirname, '..');
