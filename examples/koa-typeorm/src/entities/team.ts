import { Column, Entity, ManyToMany, ManyToOne, OneToMany, PrimaryGeneratedColumn } from 'typeorm'
import { Person } from './person.js'
import { Share } from './share.js'

/** A team, maybe a part of another one. */
@Entity()
export class Team {
  @PrimaryGeneratedColumn()
  id!: number

  @Column('varchar', { length: 80 })
  name!: string

  @Column('int', { nullable: true })
  parentId!: number | null

  @ManyToOne(() => Team)
  parent!: Team | null

  @ManyToMany(
    () => Person,
    (person) => person.teams,
  )
  members!: Person[]

  @OneToMany(
    () => Share,
    (share) => share.team,
  )
  shares!: Share[]
}
