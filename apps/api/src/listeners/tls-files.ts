import type { Logger } from '#observability';
import { readTlsMaterial, type TlsMaterial, type TlsSettings } from './tls-material.js';

/** How often the files are looked at, in ms. Reading a few small files costs less than to be told of changes wrongly. */
const LOOK_MS = 5000;

/**
 * The TLS files, followed: whoever renews certificates need not restart anything. Files that make no sense (a new
 * certificate whose key is not there yet) change nothing until they do.
 */
export class TlsFiles {
  private readonly listeners: ((material: TlsMaterial) => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  private complaint = '';

  private constructor(
    private readonly settings: TlsSettings,
    private readonly logger: Logger,
    private material: TlsMaterial,
  ) {}

  /** @throws {TlsFilesError} the files cannot be used. */
  static read(settings: TlsSettings, logger: Logger): TlsFiles | undefined {
    const material = readTlsMaterial(settings);
    return material && new TlsFiles(settings, logger, material);
  }

  get current(): TlsMaterial {
    return this.material;
  }

  onChange(listener: (material: TlsMaterial) => void): void {
    this.listeners.push(listener);
  }

  watch(lookMs = LOOK_MS): void {
    this.timer = setInterval(() => this.look(), lookMs);
    this.timer.unref();
  }

  close(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    try {
      const material = readTlsMaterial(this.settings);
      this.complaint = '';
      if (material === undefined || material.fingerprint === this.material.fingerprint) return;
      this.material = material;
      for (const listener of this.listeners) listener(material);
      this.logger.info({}, 'the TLS files have changed and are in use now');
    } catch (error) {
      const complaint = error instanceof Error ? error.message : String(error);
      if (complaint !== this.complaint)
        this.logger.error({}, `the TLS files stay as they were: ${complaint}`);
      this.complaint = complaint;
    }
  }
}
