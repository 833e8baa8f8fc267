"""The origin of a consignment: by its bill of materials under each agreement, else on its maker's word, else unknown."""
