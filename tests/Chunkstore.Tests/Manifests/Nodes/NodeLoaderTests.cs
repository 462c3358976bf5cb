using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests.Nodes;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Manifests.Nodes;

public sealed class NodeLoaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_chain_of_patches_is_merged_when_it_is_as_long_as_it_may_be()
    {
        var store = new MemoryNodeStore();
        var children = Enumerable.Range(1, 256).Select(i => NodeReference.Chunk(Ids.Of(i))).ToArray();
        var bottom = await store.PutAsync(NodeEncoder.Encode(0, children, parent: null), Token);
        var node = await new NodeLoader(store).LoadAsync(bottom, 0, 256, Token);
        var depths = new List<int>();
        for (var round = 0; round < 12; round++)
        {
            children[round * 3] = NodeReference.Chunk(Ids.Of(1000 + round));
            var id = await store.PutAsync(NodeEncoder.Encode(0, children, node), Token);
            node = await new NodeLoader(store).LoadAsync(id, 0, 256, Token);
            Assert.Equal(children, node.Children.ToArray());
            Assert.Equal(bottom, node.BottomId);
            depths.Add(node.Depth);
        }

        Assert.Equal([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4], depths);
    }

    [Fact]
    public async Task The_same_chunk_changed_again_and_again_makes_no_chain()
    {
        var store = new MemoryNodeStore();
        var children = Enumerable.Range(1, 256).Select(i => NodeReference.Chunk(Ids.Of(i))).ToArray();
        TreeNode? node = null;
        for (var round = 0; round < 5; round++)
        {
            children[8] = NodeReference.Chunk(Ids.Of(1000 + round));
            var id = await store.PutAsync(NodeEncoder.Encode(0, children, node), Token);
            node = await new NodeLoader(store).LoadAsync(id, 0, 256, Token);
            Assert.Equal(round == 0 ? 0 : 1, node.Depth);
        }
    }

    [Fact]
    public async Task A_patch_on_a_node_of_another_depth_level_or_size_is_refused()
    {
        var store = new MemoryNodeStore();
        var children = Enumerable.Range(1, 256).Select(i => NodeReference.Chunk(Ids.Of(i))).ToArray();
        var full = await store.PutAsync(NodeEncoder.Encode(0, children, parent: null), Token);
        var inner = await store.PutAsync(NodeEncoder.Encode(1, children, parent: null), Token);
        var small = await store.PutAsync(NodeEncoder.Encode(0, children.AsSpan(0, 255), parent: null), Token);

        foreach (var (baseId, baseDepth) in new[] { (full, 1), (inner, 0), (small, 0) })
        {
            var patched = default(ChildSet);
            patched.Add(5);
            var header = new NodeHeader(NodeKind.Full, 0, baseDepth, 256, 256);
            var former = new TreeNode(header, baseId, baseDepth == 0 ? baseId : inner, patched, children);
            var changed = children.ToArray();
            changed[0] = NodeReference.Zero;
            var bytes = NodeEncoder.Encode(0, changed, former);
            Assert.Equal(baseDepth + 1, NodeHeader.Read(bytes).Depth);
            var id = await store.PutAsync(bytes, Token);
            await Assert.ThrowsAsync<CorruptDataException>(
                async () => await new NodeLoader(store).LoadAsync(id, 0, 256, Token));
        }
    }

    [Fact]
    public async Task A_missing_base_is_named()
    {
        var store = new MemoryNodeStore();
        var children = Enumerable.Range(1, 256).Select(i => NodeReference.Chunk(Ids.Of(i))).ToArray();
        var bottom = await store.PutAsync(NodeEncoder.Encode(0, children, parent: null), Token);
        var former = await new NodeLoader(store).LoadAsync(bottom, 0, 256, Token);
        children[0] = NodeReference.Zero;
        var patch = await store.PutAsync(NodeEncoder.Encode(0, children, former), Token);
        store.Remove(bottom);
        var error = await Assert.ThrowsAsync<CorruptDataException>(
            async () => await new NodeLoader(store).LoadAsync(patch, 0, 256, Token));
        Assert.Contains(bottom.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cache_holds_the_nodes_used_last_and_no_more()
    {
        var store = new MemoryNodeStore();
        var ids = new List<ChunkId>();
        for (var i = 1; i <= 10; i++)
        {
            ids.Add(await store.PutAsync(NodeEncoder.Encode(0, [NodeReference.Chunk(Ids.Of(i))], parent: null), Token));
        }

        var loader = new NodeLoader(store, cacheCapacity: 3);
        foreach (var id in ids)
        {
            await loader.LoadAsync(id, 0, 1, Token);
            await loader.LoadAsync(ids[0], 0, 1, Token);
        }

        Assert.Equal(10, store.Reads);
        await loader.LoadAsync(ids[9], 0, 1, Token);
        await loader.LoadAsync(ids[8], 0, 1, Token);
        Assert.Equal(10, store.Reads);
        await loader.LoadAsync(ids[7], 0, 1, Token);
        Assert.Equal(11, store.Reads);
        await Assert.ThrowsAsync<CorruptDataException>(async () => await loader.LoadAsync(ids[7], 1, 1, Token));
        await Assert.ThrowsAsync<CorruptDataException>(async () => await loader.LoadAsync(ids[7], 0, 2, Token));
    }
}
