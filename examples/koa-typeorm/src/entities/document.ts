import { Column, Entity, Index, ManyToOne, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm'
import { Folder } from './folder.js'
import { Person } from './person.js'

export const classifications = ['internal', 'confidential'] as const
export type Classification = (typeof classifications)[number]

/** A document; whoever wrote it owns it. */
@Entity()
export class Document {
  @PrimaryGeneratedColumn()
  id!: number

  @Column('varchar', { length: 120 })
  title!: string

  @Column('text')
  text!: string

  @Column('varchar', { length: 20 })
  classification!: Classification

  /** A salary, a price, a budget: in whole euros. */
  @Column('int', { nullable: true })
  amount!: number | null

  @Column('text', { nullable: true })
  remarks!: string | null

  @UpdateDateColumn()
  updatedAt!: Date

  @Column('int')
  authorId!: number

  @ManyToOne(() => Person)
  author!: Person

  @Index()
  @Column('int')
  folderId!: number

  @ManyToOne(() => Folder)
  folder!: Folder
}
