import { readFile } from 'node:fs/promises';
import { CliError, UsageError } from '../errors.js';
import { readAll, type Io } from '../io.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * A definition from a JSON file, or from the standard input for `-`.
 *
 * @throws {CliError} it cannot be read. @throws {UsageError} it is no JSON object.
 */
export async function readDefinition(file: string, io: Pick<Io, 'stdin'>): Promise<JsonObject> {
  const where = file === '-' ? 'the standard input' : file;
  const text = file === '-' ? await readAll(io.stdin) : await readFileText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${where} is no JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${where} is no JSON object`);
  }
  return value as JsonObject;
}

async function readFileText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new CliError(
      isMissing ? `there is no file ${file}` : `${file} cannot be read: ${(error as Error).message}`,
    );
  }
}
