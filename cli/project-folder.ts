import { resolve } from 'node:path';

/** The project's folder, whatever the working directory is. */
export const projectFolder = resolve(__dirname, '..');
