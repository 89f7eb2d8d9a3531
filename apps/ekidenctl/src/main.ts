import 'reflect-metadata';
import { ekidenctl } from './ekidenctl.js';

process.exitCode = await ekidenctl({
  argv: process.argv.slice(2),
  env: process.env,
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
});
