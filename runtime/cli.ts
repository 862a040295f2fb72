#!/usr/bin/env node
/**
 * The program `troupe`: runs the command (`command.ts`) in this process.
 */

import { runCommand } from './recording/command.js';

process.exitCode = await runCommand(process.argv.slice(2), {
  folder: process.cwd(),
  print: (line) => console.log(line),
  printError: (line) => console.error(line),
});
