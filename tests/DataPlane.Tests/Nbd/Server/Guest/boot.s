# A boot sector that reads its whole disk, tells the checksum on the first serial port, writes the checksum into the
# last sector, tells how that went, and ends the machine (isa-debug-exit at 0xf4).
# as --32 -o boot.o boot.s && ld -m elf_i386 -Ttext 0x7c00 --oformat binary -o boot.bin boot.o
        .code16
        .globl _start
_start:
        cli
        xorw %ax, %ax
        movw %ax, %ds
        movw %ax, %ss
        movw $0x7c00, %sp
        sti
        cld
        movb %dl, drive
        xorl %ebp, %ebp                 # checksum
        movl blocks, %edi
read:
        movb $0x42, %ah                 # extended read: 64 sectors to 1000:0000
        call disk
        jc failed
        movw $0x1000, %ax
        movw %ax, %es
        xorw %bx, %bx
        movw $8192, %cx
sum:
        roll $1, %ebp
        addl %es:(%bx), %ebp
        addw $4, %bx
        loop sum
        addl $64, sector
        decl %edi
        jnz read
        movw $sum_is, %si
        call tell
        movw $8, %cx
digit:
        roll $4, %ebp
        movw %bp, %bx
        andw $15, %bx
        movb digits(%bx), %al
        call put
        loop digit
        movl %ebp, %es:0                # the checksum into the last sector
        decl sector
        movw $1, count
        movw $0x4300, %ax
        call disk
        movw $written, %si
        jnc told
        movw $refused, %si
        jmp told
failed:
        movw $no_read, %si
told:
        call tell
        movw $0xf4, %dx
        movb $0x10, %al
        outb %al, %dx
stop:
        hlt
        jmp stop
disk:
        pushl %edi
        pushl %ebp
        movb drive, %dl
        movw $packet, %si
        int $0x13
        popl %ebp
        popl %edi
        ret
tell:
        lodsb
        testb %al, %al
        jz told_all
        call put
        jmp tell
told_all:
        ret
put:
        pushw %ax
        movw $0x3fd, %dx
busy:
        inb %dx, %al
        testb $0x20, %al
        jz busy
        popw %ax
        movw $0x3f8, %dx
        outb %al, %dx
        ret
drive:  .byte 0
packet: .byte 16, 0
count:  .word 64
        .word 0, 0x1000
sector: .long 0, 0
digits: .ascii "0123456789abcdef"
sum_is: .asciz "sum "
written: .asciz " written\n"
refused: .asciz " refused\n"
no_read: .asciz "unreadable\n"
        .org 506
blocks: .long 1                         # of 64 sectors; the test puts in the size of the volume
        .byte 0x55, 0xaa
