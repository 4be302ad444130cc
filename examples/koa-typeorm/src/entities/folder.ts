import { Column, Entity, ManyToOne, PrimaryGeneratedColumn } from 'typeorm'

/** A folder, maybe in another one. */
@Entity()
export class Folder {
  @PrimaryGeneratedColumn()
  id!: number

  @Column('varchar', { length: 80 })
  name!: string

  @Column('int', { nullable: true })
  parentId!: number | null

  @ManyToOne(() => Folder)
  parent!: Folder | null
}
