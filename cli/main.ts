// First: it notes who started this process.
import './end-with-npm';
import { commands } from './command-list';
import { createProgram, runProgram } from './program';

void runProgram(createProgram(commands));
