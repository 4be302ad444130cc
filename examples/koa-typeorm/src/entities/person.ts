import { Column, Entity, JoinTable, ManyToMany, OneToMany, PrimaryGeneratedColumn } from 'typeorm'
import { Share } from './share.js'
import { Team } from './team.js'

/** Somebody who signs in. */
@Entity()
export class Person {
  @PrimaryGeneratedColumn()
  id!: number

  @Column('varchar', { length: 40, unique: true })
  handle!: string

  @Column('varchar', { length: 80 })
  name!: string

  /** What they do here, for the page that lets anybody choose who to be. */
  @Column('varchar', { length: 120 })
  about!: string

  @ManyToMany(
    () => Team,
    (team) => team.members,
  )
  @JoinTable({ name: 'membership' })
  teams!: Team[]

  @OneToMany(
    () => Share,
    (share) => share.person,
  )
  shares!: Share[]
}
