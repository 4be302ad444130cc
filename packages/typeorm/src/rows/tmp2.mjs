import { openDatabase, people } from './lists/database.mjs'
const { prismaLists } = await import('./lists/prismaTmp.mjs')
const size = { organizations: 600, users: 6000, documents:60000, shares: 30000 }
const l = await prismaLists(await openDatabase(size))
const paging = { orderBy: { id: 'desc' }, take: 50 }
for (const who of (process.env.WHO??'many,administrator,few').split(',')){
const user = await l.user(people[who].id)
const pass = l.bare.$extends({query:{$allModels:{$allOperations:({args,query})=>query(args)}}})
const each = { hand:()=>l.page.hand(user), pass:()=>pass.document.findMany({where:l.byHand(user),...paging}), extHand:()=>l.extended.document.findMany({where:l.byHand(user),...paging}), policy:()=>l.page.policy(user), where:()=>l.authorizedWhere(user,'read','Document') }
for (const f of Object.values(each)) for(let i=0;i<150;i++) await f()
const cpu={}, wall={}
const names=Object.keys(each)
for(let r=0;r<40;r++) for(const n of names){ const c=process.cpuUsage(); const w=performance.now(); for(let i=0;i<10;i++) await each[n](); const d=process.cpuUsage(c); (cpu[n]??=[]).push((d.user+d.system)/10); (wall[n]??=[]).push((performance.now()-w)*100)}
const med=a=>a.sort((x,y)=>x-y)[a.length>>1].toFixed(0)
console.log(who, names.map(n=>`${n} cpu ${med(cpu[n])} wall ${med(wall[n])}`).join(' | '))
}
process.exit(0)
