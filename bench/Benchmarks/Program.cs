using BackupEngine.Benchmarks;

return args switch
{
    ["hash-file", var path] => HashFile.Run(path),
    _ => 2,
};
