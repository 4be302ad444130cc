import type * as typeorm from 'typeorm'

/**
 * Entities that have what TypeORM lets an entity have: embedded columns, composite keys, inheritance, soft deletion, lazy relations.
 * @param decorators - of the version of TypeORM that is to know them
 */
export function zooOf({
  ChildEntity,
  Column,
  DeleteDateColumn,
  Entity,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryColumn,
  TableInheritance,
}: typeof typeorm) {
  class Place {
    @Column('double precision', { nullable: true, name: 'lat' }) latitude!: number | null
  }

  class Address {
    @Column('varchar', { length: 50, nullable: true, name: 'town' }) city!: string | null
    @Column(() => Place) place!: Place
  }

  @Entity('orgs')
  class Organization {
    @PrimaryColumn('varchar', { length: 10 }) region!: string
    @PrimaryColumn('int', { name: 'org_code' }) code!: number
    @Column('varchar', { length: 50, nullable: true }) name!: string | null
    @OneToMany(
      () => Member,
      (member) => member.organization,
    )
    members?: Member[]
  }

  @Entity()
  class Member {
    @PrimaryColumn('int') id!: number
    @Column('varchar', { length: 50, nullable: true }) name!: string | null
    @Column('varchar', { length: 50, select: false, default: 'secret' }) password?: string
    @Column('varchar', {
      length: 50,
      nullable: true,
      transformer: {
        to: (value: string | null) => value && [...value].reverse().join(''),
        from: (value: string | null) => value && [...value].reverse().join(''),
      },
    })
    code!: string | null
    @Column(() => Address) address!: Address
    @Column(() => Address, { prefix: 'work' }) work!: Address
    /** Its two references have no properties. */
    @ManyToOne(
      () => Organization,
      (organization) => organization.members,
      { nullable: true },
    )
    organization?: Organization | null
    @OneToOne(
      () => Badge,
      (badge) => badge.member,
    )
    badge?: Badge | null
    @ManyToMany(
      () => Member,
      (member) => member.followers,
    )
    @JoinTable({ name: 'follows', joinColumn: { name: 'follower' }, inverseJoinColumn: { name: 'followed' } })
    following?: Member[]
    @ManyToMany(
      () => Member,
      (member) => member.following,
    )
    followers?: Member[]
    @OneToMany(
      () => Content,
      (content) => content.author,
    )
    contents!: Promise<Content[]>

    get isNamed(): boolean {
      return this.name !== null
    }
  }

  @Entity()
  class Badge {
    @PrimaryColumn('int') id!: number
    @Column('boolean') valid!: boolean
    @Column('int', { name: 'owner' }) memberId!: number
    @OneToOne(
      () => Member,
      (member) => member.badge,
    )
    @JoinColumn({ name: 'owner' })
    member?: Member
  }

  @Entity()
  class Folder {
    @PrimaryColumn('int') id!: number
    @Column('varchar', { length: 50 }) name!: string
    @DeleteDateColumn() deletedAt?: Date | null
    @ManyToOne(
      () => Folder,
      (folder) => folder.children,
      { nullable: true },
    )
    parent?: Folder | null
    @OneToMany(
      () => Folder,
      (folder) => folder.parent,
    )
    children?: Folder[]
    @OneToMany(
      () => Content,
      (content) => content.folder,
    )
    contents?: Content[]
  }

  @Entity()
  @TableInheritance({ column: { type: 'varchar', length: 10, name: 'kind' } })
  class Content {
    @PrimaryColumn('int') id!: number
    @Column('varchar', { length: 50, nullable: true }) title!: string | null
    @Column('int', { nullable: true, name: 'author_id' }) authorId!: number | null
    /** A lazy relation: a promise. */
    @ManyToOne(
      () => Member,
      (member) => member.contents,
      { nullable: true, lazy: true },
    )
    @JoinColumn({ name: 'author_id' })
    author!: Promise<Member | null>
    @Column('int', { nullable: true }) folderId!: number | null
    @ManyToOne(
      () => Folder,
      (folder) => folder.contents,
      { nullable: true },
    )
    folder?: Folder | null
  }

  @ChildEntity('photo')
  class Photo extends Content {
    @Column('int') width!: number
  }

  @ChildEntity('video')
  class Video extends Content {
    @Column('int') length!: number
    @ManyToOne(() => Photo, { nullable: true }) cover?: Photo | null
  }

  @ChildEntity('clip')
  class Clip extends Video {
    @Column('int') part!: number
  }

  return { Organization, Member, Badge, Folder, Content, Photo, Video, Clip }
}
