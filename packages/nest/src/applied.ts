import type { CallHandler, CanActivate, NestInterceptor } from '@nestjs/common'
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js'
import type { Observable } from 'rxjs'
import { handlersOf } from './declarations.js'

/**
 * Applies a guard and interceptor to controllers of messages. A microservice that an application
 * connects without `inheritAppConfig` runs no global ones.
 */
export function applyToMessages(
  controllers: readonly InstanceWrapper[],
  enhancer: CanActivate & NestInterceptor,
): void {
  /** Stands for the enhancer in the metadata of classes. Other applications with these classes make one that does nothing. */
  class Applied implements CanActivate, NestInterceptor {
    canActivate(): boolean {
      return true
    }

    intercept(_: unknown, next: CallHandler): Observable<unknown> {
      return next.handle()
    }
  }
  for (const controller of controllers) {
    const { metatype, host } = controller
    const answers = handlersOf([controller]).some(({ method }) => Reflect.hasMetadata('microservices:pattern', method))
    if (!metatype || !host || !answers) continue
    for (const key of ['__guards__', '__interceptors__'])
      Reflect.defineMetadata(key, [Applied, ...(Reflect.getMetadata(key, metatype) ?? [])], metatype)
    host.addInjectable({ provide: Applied, useValue: enhancer }, 'guard')
  }
}
