import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { projectRoot } from './ekiden-process.js';
import { temporaryDirectory } from './site.js';

const COPIED = [
  'apps',
  'libs',
  'package.json',
  'tsconfig.json',
  'tsconfig.base.json',
  'tsconfig.build.json',
  '.oxlintrc.json',
  '.dependency-cruiser.cjs',
];

/** How a check went. */
export interface CheckResult {
  readonly passed: boolean;
  readonly output: string;
}

/** A copy of the sources in which a test may break the rules. */
export class ScratchTree {
  private readonly root = temporaryDirectory();
  private readonly breaches: string[] = [];

  constructor() {
    for (const name of COPIED) {
      cpSync(join(projectRoot, name), join(this.root, name), {
        recursive: true,
        filter: (source) => !/\.(spec|fixture)\.ts$/.test(basename(source)),
      });
    }
    symlinkSync(join(projectRoot, 'node_modules'), join(this.root, 'node_modules'));
  }

  /** Adds a file that may break a rule; `removeBreaches` takes it away again. */
  addBreach(file: string, text: string): void {
    writeFileSync(join(this.root, file), `${text}\n`);
    this.breaches.push(file);
  }

  removeBreaches(): void {
    for (const file of this.breaches.splice(0)) rmSync(join(this.root, file));
  }

  /** Compiles a project with all that it refers to. */
  compile(project: string): CheckResult {
    return this.check('typescript-7/bin/tsc', ['-b', project]);
  }

  lint(file: string): CheckResult {
    return this.check('oxlint/bin/oxlint', ['--deny-warnings', file]);
  }

  cruise(): CheckResult {
    return this.check('dependency-cruiser/bin/dependency-cruise.mjs', [
      '--config',
      '.dependency-cruiser.cjs',
      'libs',
      'apps',
    ]);
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }

  private check(program: string, args: readonly string[]): CheckResult {
    const { status, stdout, stderr, error } = spawnSync(
      process.execPath,
      [join('node_modules', program), ...args],
      { cwd: this.root, encoding: 'utf8' },
    );
    if (error !== undefined) throw error;
    return { passed: status === 0, output: stdout + stderr };
  }
}
