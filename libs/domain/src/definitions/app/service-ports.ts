import type { UnversionedApp } from './app-definition.js';

/** The service ports that an app claims: of its port mappings if it has any, else of its port definitions (§7.5). */
export function servicePortsOf(app: UnversionedApp): readonly number[] {
  const mappings = app.container?.portMappings ?? [];
  if (mappings.length > 0) return mappings.map(({ servicePort }) => servicePort);
  return (app.portDefinitions ?? []).map(({ port }) => port);
}
