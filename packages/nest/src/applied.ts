import type { CallHandler, CanActivate, ExecutionContext, NestInterceptor } from '@nestjs/common'
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js'
import { defer, mergeAll, type Observable } from 'rxjs'
import { handlersOf } from './declarations.js'

interface Enhancer {
  canActivate(context: ExecutionContext): boolean
  intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>>
}

/**
 * Stands for the enhancers of an application in the metadata of classes. Applications share classes:
 * Nest finds the instance in the module of the controller. In others it does nothing.
 */
class Applied implements CanActivate, NestInterceptor {
  constructor(readonly enhancers: readonly Enhancer[] = []) {}

  canActivate(context: ExecutionContext): boolean {
    return this.enhancers.every((enhancer) => enhancer.canActivate(context))
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const within = (inner: CallHandler, enhancer: Enhancer): CallHandler => ({
      handle: () => defer(() => enhancer.intercept(context, inner)).pipe(mergeAll()),
    })
    return this.enhancers.reduceRight(within, next).handle()
  }
}

/**
 * Applies a guard and interceptor to controllers of messages. A microservice that an application
 * connects without `inheritAppConfig` runs no global ones.
 */
export function applyToMessages(controllers: readonly InstanceWrapper[], enhancer: Enhancer): void {
  for (const controller of controllers) {
    const { metatype, host } = controller
    if (!metatype || !host || !handlersOf([controller]).some(isMessage)) continue
    for (const key of ['__guards__', '__interceptors__']) {
      const others: readonly unknown[] = Reflect.getMetadata(key, metatype) ?? []
      Reflect.defineMetadata(key, [Applied, ...others.filter((one) => one !== Applied)], metatype)
    }
    // Several modules apply one each.
    const known: unknown = host.injectables.get(Applied)?.instance
    const others = known instanceof Applied ? (known.enhancers ?? []) : []
    host.addInjectable({ provide: Applied, useValue: new Applied([...others, enhancer]) }, 'guard')
  }
}

function isMessage({ method }: { readonly method: object }): boolean {
  return Reflect.hasMetadata('microservices:pattern', method)
}
