import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';

/** The root of the process's Nest application: the parts it is made of, on shared buses. */
@Module({})
class EkidenModule {}

export function ekidenModule(parts: readonly DynamicModule[]): DynamicModule {
  return { module: EkidenModule, imports: [CqrsModule, ...parts] };
}
