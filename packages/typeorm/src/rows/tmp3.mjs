import { openDatabase, people } from './lists/database.mjs'
const { prismaLists } = await import('./lists/prismaTmp.mjs')
const size = { organizations: 600, users: 6000, documents:60000, shares: 30000 }
const l = await prismaLists(await openDatabase(size))
const paging = { orderBy: { id: 'desc' }, take: 50 }
for (const who of (process.env.WHO??'many,few').split(',')){
const user = await l.user(people[who].id)
const w = await l.authorizedWhere(user,'read','Document'); const inner=w.AND?.[0]??w
const hand=l.byHand(user)
const b=(where)=>()=>l.bare.document.findMany({where,...paging})
const org=hand.OR[0].organizationId.in
const each = { hand:b(hand), handOrder:b({OR:[hand.OR[1],hand.OR[0],hand.OR[2]]}), handEq:b({OR:[hand.OR[0],{ownerId:{equals:user.id}},hand.OR[2]]}),
 handAnd:b({OR:[hand.OR[0],hand.OR[1],{shares:{some:{AND:[{userId:user.id},{role:{in:['reader','editor']}}]}}}]}),
 handAndEq:b({OR:[hand.OR[0],hand.OR[1],{shares:{some:{userId:{equals:user.id},role:{in:['reader','editor']}}}}]}),
 wInner:b(inner), wSealed:b(w), ext:()=>l.extended.document.findMany({where:inner,...paging}), policy:()=>l.page.policy(user)}
for (const f of Object.values(each)) for(let i=0;i<100;i++) await f()
const cpu={}
const names=Object.keys(each)
for(let r=0;r<40;r++) for(const n of names){ const c=process.cpuUsage(); for(let i=0;i<10;i++) await each[n](); const d=process.cpuUsage(c); (cpu[n]??=[]).push((d.user+d.system)/10)}
const med=a=>a.sort((x,y)=>x-y)[a.length>>1].toFixed(0)
console.log(who, names.map(n=>`${n} ${med(cpu[n])}`).join(' | '))
}
process.exit(0)
