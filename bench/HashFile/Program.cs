using System.IO.MemoryMappedFiles;
using BackupEngine.HashFile;

// hash-file PATH: prints the BLAKE3 digest of a file as b3sum does, on one thread and through a mapping of the file.
if (args is not [var path])
{
    Console.Error.WriteLine("usage: hash-file PATH");
    return 2;
}

var lengthBytes = new FileInfo(path).Length;
if (lengthBytes == 0)
{
    Console.WriteLine($"{MappedFile.Digest(default, 0)}  {path}");
    return 0;
}

using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
using var view = file.CreateViewAccessor(0, lengthBytes, MemoryMappedFileAccess.Read);
Console.WriteLine($"{MappedFile.Digest(view.SafeMemoryMappedViewHandle.DangerousGetHandle(), lengthBytes)}  {path}");
return 0;
