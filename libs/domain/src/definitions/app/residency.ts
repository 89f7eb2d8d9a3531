import type { AppVolume, ExternalVolume, PersistentVolume, UnversionedApp } from './app-definition.js';

/** The persistent volumes of an app. */
export function persistentVolumesOf(app: UnversionedApp): PersistentVolume[] {
  return volumesOf(app).filter((volume) => 'persistent' in volume);
}

export function externalVolumesOf(app: UnversionedApp): ExternalVolume[] {
  return volumesOf(app).filter((volume) => 'external' in volume);
}

/** An app is resident when it has a persistent volume; nothing else makes it so (`spec/definitions.md` §4.3). */
export function isResident(app: UnversionedApp): boolean {
  return volumesOf(app).some((volume) => 'persistent' in volume);
}

function volumesOf(app: UnversionedApp): readonly AppVolume[] {
  return app.container?.volumes ?? [];
}
