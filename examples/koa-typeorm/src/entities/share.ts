import { Check, Column, Entity, ManyToOne, PrimaryGeneratedColumn } from 'typeorm'
import { Document } from './document.js'
import { Folder } from './folder.js'
import { Person } from './person.js'
import { Team } from './team.js'

export const roles = ['viewer', 'editor', 'owner'] as const
export type Role = (typeof roles)[number]

/** The role of a person or a team on a folder or a document. */
@Entity()
@Check('("personId" IS NULL) <> ("teamId" IS NULL)')
@Check('("folderId" IS NULL) <> ("documentId" IS NULL)')
export class Share {
  @PrimaryGeneratedColumn()
  id!: number

  @Column('varchar', { length: 20 })
  role!: Role

  @Column('int', { nullable: true })
  personId!: number | null

  @ManyToOne(
    () => Person,
    (person) => person.shares,
  )
  person!: Person | null

  @Column('int', { nullable: true })
  teamId!: number | null

  @ManyToOne(
    () => Team,
    (team) => team.shares,
  )
  team!: Team | null

  @Column('int', { nullable: true })
  folderId!: number | null

  @ManyToOne(() => Folder)
  folder!: Folder | null

  @Column('int', { nullable: true })
  documentId!: number | null

  @ManyToOne(() => Document, { onDelete: 'CASCADE' })
  document!: Document | null
}
