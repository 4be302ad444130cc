import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { entitiesIn } from './entities.js'

it.each([
  ['on one line', ' '],
  ['on several lines', '\n  '],
])('fields are read with their decorators %s', (_, gap) => {
  const folder = mkdtempSync(join(tmpdir(), 'entities-'))
  try {
    const file = join(folder, 'entities.ts')
    writeFileSync(
      file,
      `@Entity()
export class Post {
  @PrimaryGeneratedColumn()${gap}id: number
  @Column('varchar', { default: ':)' })${gap}title!: string
  @Index()${gap}@Column({ type: 'boolean', // not null
    default: false })${gap}public readonly published: boolean
  @ManyToOne(() => User, (user) => user.posts, { nullable: true })${gap}@JoinColumn()${gap}author?: Relation<User>
  @OneToMany(() => Post, (post) => post.author)${gap}replies: Relation<Post>[]
  isNew: boolean
}

@Entity()
export class User {
  @PrimaryColumn('uuid')${gap}key: string
}
`,
    )
    expect(entitiesIn(folder)).toEqual([
      {
        name: 'Post',
        key: { name: 'id', isNumber: true },
        references: [{ name: 'author', model: 'User' }],
        booleans: ['published'],
        texts: ['title'],
        file,
      },
      { name: 'User', key: { name: 'key', isNumber: false }, references: [], booleans: [], texts: [], file },
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
