import { TlsFilesError } from '#api';
import { EXIT_CODES, type ExitCode } from '#configuration';
import { CoordinationUnavailableError } from '#coordination';
import { LogFencedError, LogOpenError, LogUnavailableError } from '#event-log';
import { LeadLostError, LogLostError, WrongClusterError } from '#scheduler';
import { SettingError } from './setting-error.js';

/** What the process ends with after an error (`spec/operations.md` §8). */
export function exitCodeFor(error: unknown): ExitCode {
  const isBadSetting = [WrongClusterError, SettingError, TlsFilesError].some((type) => error instanceof type);
  if (isBadSetting) return EXIT_CODES.badConfiguration;
  if (error instanceof LogOpenError || error instanceof LogUnavailableError)
    return EXIT_CODES.storeUnreachable;
  if (error instanceof CoordinationUnavailableError) return EXIT_CODES.storeUnreachable;
  if (error instanceof LogLostError) return EXIT_CODES.storeLost;
  if (error instanceof LeadLostError) return EXIT_CODES.leadershipLost;
  if (error instanceof LogFencedError) return EXIT_CODES.leadershipFailed;
  return isAddressInUse(error) ? EXIT_CODES.addressInUse : EXIT_CODES.leadershipFailed;
}

/** The error for people. */
export function messageFor(error: unknown): string {
  if (isAddressInUse(error)) {
    const { address, port } = error as { address?: string; port?: number };
    return `${address}:${port} is in use by another program; choose another port with --http_port or --https_port`;
  }
  return error instanceof Error ? error.message : String(error);
}

function isAddressInUse(error: unknown): boolean {
  return (error as { code?: string }).code === 'EADDRINUSE';
}
