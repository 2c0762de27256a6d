#!/usr/bin/env node
/** Entry point of the command `chronograd-conformance`. */
import { main } from './command.ts';

process.exitCode = await main(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
