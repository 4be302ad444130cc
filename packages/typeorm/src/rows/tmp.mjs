import { openDatabase, people } from './lists/database.mjs'
import { build } from './build.mjs'
import { writeFileSync, readFileSync } from 'node:fs'
import { Session } from 'node:inspector'
if (!process.env.NOBUILD) build('@arcturus/core', '@arcturus/prisma', '@arcturus/typeorm')
// a copy of prisma.mjs that exports where
const src = readFileSync(new URL('./lists/prisma.mjs', import.meta.url),'utf8').replace("const { extension, authorizedFilter }","const { extension, authorizedFilter, authorizedWhere }").replace("name: 'Prisma',","name: 'Prisma', authorizedWhere, byHand, bare, extended, authorizer,")
writeFileSync(new URL('./lists/prismaTmp.mjs', import.meta.url), src)
const { prismaLists } = await import('./lists/prismaTmp.mjs')
const size = { organizations: 600, users: 6000, documents:60000, shares: 30000 }
const url = await openDatabase(size)
const l = await prismaLists(url)
const cpu = (f) => f
const user = await l.user(people[process.env.WHO ?? 'many'].id)
const t = () => process.hrtime.bigint()
async function time(n, f){ const a=[]; for(let i=0;i<n;i++){const s=t(); await f(); a.push(Number(t()-s)/1e3)} a.sort((x,y)=>x-y); return a[n>>1].toFixed(0)+' (min '+a[0].toFixed(0)+')' }
console.log(JSON.stringify(await l.authorizedWhere(user,'read','Document')).slice(0,300))
for (let r=0;r<3;r++){
 console.log('where hot', await time(2000, ()=>l.authorizedWhere(user,'read','Document')), 'byHand', await time(2000,async()=>l.byHand(user)))
}
const mode=process.env.MODE
if(mode==='page'){
 const prof = new Session(); prof.connect(); const post=(m,p)=>new Promise((res,rej)=>prof.post(m,p,(e,r)=>e?rej(e):res(r)))
 for(let i=0;i<300;i++){ await l.page.policy(user); await l.page.hand(user)}
 const f=await l.bare.document.findMany({where:l.byHand(user),take:1})
 // the where between DB calls
 const w=[];const p=[],h=[]
 for(let i=0;i<300;i++){ let s=t(); await l.page.policy(user); p.push(Number(t()-s)/1e3); s=t(); await l.page.hand(user); h.push(Number(t()-s)/1e3); s=t(); await l.authorizedWhere(user,'read','Document'); w.push(Number(t()-s)/1e3)}
 const med=a=>a.sort((x,y)=>x-y)[a.length>>1].toFixed(0)
 console.log('page policy',med(p),'hand',med(h),'where between',med(w), 'paired')
 await post('Profiler.enable'); await post('Profiler.setSamplingInterval',{interval:100}); 
 for (const k of ['policy','hand']){ await post('Profiler.start'); for(let i=0;i<500;i++){ await l.page[k](user)}; const {profile}=await post('Profiler.stop'); writeFileSync('/tmp/page-'+k+'.cpuprofile',JSON.stringify(profile)) }
} else if (mode==='where'){
 const prof = new Session(); prof.connect(); const post=(m,p)=>new Promise((res,rej)=>prof.post(m,p,(e,r)=>e?rej(e):res(r)))
 await post('Profiler.enable'); await post('Profiler.setSamplingInterval',{interval:100}); await post('Profiler.start'); for(let i=0;i<5000;i++) await l.authorizedWhere(user,'read','Document'); const {profile}=await post('Profiler.stop'); writeFileSync('/tmp/where.cpuprofile',JSON.stringify(profile))
}
await l.close(); process.exit(0)
